"""The table: reads, and plans written as one transaction. The only place that knows DynamoDB.

- What the engine works with: `store`, by `keys` and `values`; it raises `errors`.
- How values become items, and values again: `case_items`, `task_items`, `tree_items`, `end_items`, `people_items`, by
  the tables of fields in `records` and the kinds of `attributes`; where each is listed: `indexes`.
- What is read: `case_reads`, `tree_reads`, `end_reads`, `people_reads`, `queue_reads`, `whole_reads`.
- How a plan is written: `writes` makes `actions` of it, `commit` one transaction. Beside plans: `counts`, `settling`.
- What that costs: `capacity`, by `sizes`.
- Requests to DynamoDB: `table`, with the keys and indexes of `schema`.
"""
