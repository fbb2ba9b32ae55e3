"""Values to store: one of each kind with every field set, one with none, and hypothesis's of all kinds."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from shared.domain.model.connections import Connection, Side, Tie
from shared.domain.model.ends import Counterpart, End, Message
from shared.domain.model.people import Membership, Organization, User
from shared.domain.model.task import Case, Cell, Children, Entry, Party, Person, Task, Timer
from shared.domain.model.writes import PutRequest

NOW = datetime(2026, 11, 22, 4, 35, 1, 123000, tzinfo=UTC)
LATER = NOW + timedelta(days=9, milliseconds=1)
CASE_ID = "look-4711"
TASK_ID = f"{CASE_ID}.06h0329xgd137ycc"
OTHER_ID = f"{CASE_ID}.06h0329xgd137zzz"

ANN = Person("ann", "Ann", "Lee", "ann.lee@example.org", True, "dispatch", "Dispatch")  # noqa: FBT003
BOB = Person("bob", "Bob", "Ray", "bob.ray@example.org", True, "dispatch", "Dispatch")  # noqa: FBT003

BARE_CASE = Case(CASE_ID, "inspection", 1, "look", NOW, NOW)
FULL_CASE = Case(
    case_id=CASE_ID,
    workflow="inspection",
    workflow_version=2,
    case_type="look",
    created_at=NOW,
    updated_at=LATER,
    created_by=ANN,
    updated_by=BOB,
    display_name="Look 4711",
    organization_id="dispatch",
    attributes={"look": "4711", "rush": True, "miles": 1.5, "rooms": [1, None, {"a": "\u00e4"}]},
    state="closed",
    closed_at=LATER,
    close_reason="sold",
    graph_version=7,
    root_id=TASK_ID,
    staged=True,
    original_case_id="look-4710",
    version=3,
)

BARE_TASK = Task(TASK_ID, CASE_ID, "inspection", 1, "QA", "Created", "Ready", NOW, NOW, NOW)
FULL_TASK = Task(
    task_id=TASK_ID,
    case_id=CASE_ID,
    workflow="inspection",
    workflow_version=2,
    type="QA",
    state="Completed",
    status="Skipped",
    created_at=NOW,
    updated_at=LATER,
    since=LATER,
    created_by=ANN,
    updated_by=BOB,
    parent_id=OTHER_ID,
    counts_at="look-4712.06h0329xgd137zzy",
    assigned_party=Party("user", "ann", "Ann Lee"),
    internal=True,
    assigned_by=BOB,
    group_queue="Quality Assurance",
    queue="quality-assurance",
    tab="completed",
    entity={"look": {"id": "4711", "displayName": "Look 4711"}},
    priority=-3,
    due_time=LATER,
    overdue=True,
    prerequisites=(OTHER_ID, "look-4711.06h0329xgd137zzx"),
    awaiting="the gate code",
    timers=(Timer(TASK_ID, "due", "due", "expire", LATER), Timer(TASK_ID, "06h", "hold", "resume", NOW)),
    remembered=("failed",),
    assigned_at=NOW,
    started_at=NOW,
    placed_on_hold_at=NOW,
    closed_at=LATER,
    cancellation_reason="no longer needed",
    cancelled_by=ANN,
    completed_by=BOB,
    waiting=3600,
    working=60,
    texts=3,
    kind="missing_records",
    is_delegate=True,
    staged=True,
    new_case_id="look-4712",
    end=End(
        kind="owner",
        assignment="referred",
        generation=2,
        sent=3,
        received=4,
        task_id="p-4712.task",
        counterpart=Counterpart("Harbor", "harbor"),
        heard="wait",
        role="partner-*",
        auto_refer=True,
        referral=Counterpart("Brook", email="ida@example.org"),
        tried=("tide", "harbor"),
        connection_id="06h0329xgd13cccc",
        local="06h0329xgd13ffff",
    ),
    hold=True,
    deleted=True,
    children=Children(6, 5, 4, 3, 2, 1),
    hold_id=OTHER_ID,
    delegate_id=OTHER_ID,
    delegated=True,
    version=12,
)
TYPICAL_TASK = Task(
    task_id=TASK_ID,
    case_id=CASE_ID,
    workflow="inspection",
    workflow_version=1,
    type="Looker Schedule Look",
    state="Created",
    status="In Progress",
    created_at=NOW,
    updated_at=LATER,
    since=LATER,
    created_by=ANN,
    updated_by=BOB,
    assigned_party=Party("user", "ann", "Ann Lee"),
    internal=True,
    assigned_by=BOB,
    group_queue="Dispatch",
    queue="dispatch",
    tab="assigned",
    entity={
        "look": {"id": "4711", "displayName": "Look 4711"},
        "user": {"id": "u-99", "displayName": "Dee Wood"},
    },
    due_time=LATER,
    prerequisites=(OTHER_ID,),
    timers=(Timer(TASK_ID, "due", "due", "expire", LATER),),
    assigned_at=NOW,
    started_at=LATER,
    waiting=86400,
    texts=1,
    version=4,
)

BARE_ENTRY = Entry(CASE_ID, None, 1, NOW, None, "create", "CaseCreated", "06h0329xgd13aaaa", "open")
FULL_ENTRY = Entry(
    case_id=CASE_ID,
    task_id=TASK_ID,
    version=12,
    created_at=NOW,
    created_by=ANN,
    action="skip",
    event="TaskChanged",
    commit_id="06h0329xgd13bbbb",
    state="Completed",
    status="Skipped",
    type="QA",
    assigned_party=Party("external", "acme", "Acme Inc."),
    group_queue="Quality Assurance",
    due_time=LATER,
    changes={"dueTime": [None, "2026-12-01T04:35:01.123Z"], "priority": [0, 2]},
    note="no longer needed",
    reacts=("prerequisites", "parent"),
    cell=Cell("quality-assurance", "completed", "QA", "2026-11-22", "Completed / Skipped"),
    waiting=3600,
    working=0,
    workflow="inspection",
    workflow_version=3,
    staged=True,
    parent_id=OTHER_ID,
)
CONNECTION_ENTRY = Entry(
    "", None, 3, NOW, ANN, "connected", "ConnectionAccepted", "06h0329xgd13dddd", "connected", connection_id="06h0"
)

MESSAGE = Message(
    task_id=TASK_ID,
    generation=2,
    direction="to_partner",
    sequence=7,
    action="owner_asks_to_redo",
    input={"note": "again", "links": [{"type": "photo"}]},
    local="06h0329xgd13ffff",
)
CONNECTION = Connection(
    id="06h0329xgd13cccc",
    asking=Side("partner", "Acme", "acme"),
    asked=Side("partner-surveyor", "Harbor", "harbor", "hal@example.org"),
    created_at=NOW,
    updated_at=LATER,
    expires_at=LATER,
    nonce="06h0329xgd13eeee",
    created_by=ANN,
    state="connected",
    requested_at=NOW,
    task_id=TASK_ID,
    version=4,
)
TIE = Tie("acme", "harbor", "Harbor", "partner-surveyor", "06h0329xgd13cccc")

TIMER = Timer(TASK_ID, "due", "due", "expire", LATER)
DISPATCH = Organization("dispatch", "Dispatch", "queue")
FULL_ORGANIZATION = Organization("customer-support", "Customer Support", "partner", auto_assign=True, version=5)
MEMBER = Membership("dispatch", "Dispatch", "queue", admin=True)
BARE_USER = User("ann", "Ann Lee")
FULL_USER = User(
    id="ann",
    display_name="Ann Lee",
    first_name="Ann",
    last_name="Lee",
    email="ann.lee@example.org",
    active=False,
    memberships={"dispatch": MEMBER, "cis": Membership("cis", "CIS", "queue")},
    version=9,
)
REQUEST = PutRequest(
    "0f" * 32, "ab" * 32, 201, TASK_ID, expires=1_795_408_501, now=1_795_322_101, chosen=(TASK_ID, OTHER_ID)
)


local_ids = st.from_regex(r"[a-z0-9_-]{1,40}", fullmatch=True)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
case_ids = st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True)
task_ids = st.builds("{}.{}".format, case_ids, local_ids)
numbers = st.integers(min_value=0, max_value=10**12)
people = st.builds(Person)
parties = st.builds(Party)
counterparts = st.builds(Counterpart)
ends = st.builds(
    End,
    generation=numbers,
    sent=numbers,
    received=numbers,
    counterpart=st.none() | counterparts,
    referral=st.none() | counterparts,
    tried=st.lists(st.text()).map(tuple),
)


def _timers(task_id: str) -> st.SearchStrategy[tuple[Timer, ...]]:
    return st.lists(st.builds(Timer, task_id=st.just(task_id), at=moments), max_size=2).map(tuple)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Any task that the domain could hold, likely or not."""
    case_id, local = draw(case_ids), draw(local_ids)
    task_id = f"{case_id}.{local}"
    relatives = st.one_of(task_ids, local_ids.map(lambda other: f"{case_id}.{other}"))
    return draw(
        st.builds(
            Task,
            task_id=st.just(task_id),
            case_id=st.just(case_id),
            workflow_version=numbers,
            created_at=moments,
            updated_at=moments,
            since=moments,
            created_by=st.none() | people,
            updated_by=st.none() | people,
            parent_id=st.none() | relatives,
            counts_at=st.none() | relatives,
            assigned_party=st.none() | parties,
            internal=st.booleans(),
            assigned_by=st.none() | people,
            group_queue=st.none() | st.text(),
            queue=st.none() | st.text(),
            tab=st.none() | st.text(),
            entity=st.dictionaries(st.text(), st.dictionaries(st.text(), st.text())),
            priority=st.integers(-(10**12), 10**12),
            due_time=st.none() | moments,
            overdue=st.booleans(),
            prerequisites=st.lists(relatives).map(tuple),
            awaiting=st.none() | st.text(),
            timers=_timers(task_id),
            remembered=st.lists(st.text()).map(tuple),
            assigned_at=st.none() | moments,
            started_at=st.none() | moments,
            placed_on_hold_at=st.none() | moments,
            closed_at=st.none() | moments,
            cancellation_reason=st.none() | st.text(),
            cancelled_by=st.none() | people,
            completed_by=st.none() | people,
            waiting=numbers,
            working=numbers,
            texts=numbers,
            end=st.none() | ends,
            hold=st.booleans(),
            deleted=st.booleans(),
            children=st.builds(Children, *(numbers for _ in range(6))),
            hold_id=st.none() | relatives,
            delegate_id=st.none() | relatives,
            delegated=st.booleans(),
            version=numbers,
        )
    )
