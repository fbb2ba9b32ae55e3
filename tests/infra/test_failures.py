from aws_cdk.assertions import Match, Template


def test_a_failed_record_waits_for_two_weeks(template: Template) -> None:
    """There is time to come back from a holiday before a pointer to work is lost."""
    template.has_resource_properties("AWS::SQS::Queue", {"MessageRetentionPeriod": 14 * 24 * 60 * 60})


def test_the_queue_is_encrypted(template: Template) -> None:
    """At rest with a key of SQS, on the way with TLS, but for the local stack's own machine."""
    template.has_resource_properties("AWS::SQS::Queue", {"SqsManagedSseEnabled": True})
    template.has_resource_properties(
        "AWS::SQS::QueuePolicy",
        {
            "PolicyDocument": {
                "Statement": [
                    Match.object_like(
                        {
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": "sqs:*",
                            "Condition": {
                                "Bool": {"aws:SecureTransport": "false"},
                                "NotIpAddress": {"aws:SourceIp": "127.0.0.1/32"},
                            },
                        }
                    )
                ]
            }
        },
    )
