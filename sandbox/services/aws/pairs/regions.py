"""What must lie in the region of whoever names it: an id is looked up there anyway, an ARN says its region itself."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.model.base import Context, Violation
from sandbox.model.pairs import pair, texts
from sandbox.services.aws.pairs.keys import ENCRYPTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVERYWHERE = "us-east-1"
"""The region of the control planes of CloudFront and of edge-optimized APIs."""


@dataclass(frozen=True)
class Regional:
    """A property that names something by its ARN.

    Attributes:
        token: the type.
        path: the property.
        says: what the service answers to another region.
        region: the region that it must lie in, where that is not the one of whoever names it.
    """

    token: str
    path: str
    says: str
    region: str = ""


_ALARM = "ValidationError: Invalid region specified. Only the alarm's own region is supported"
_GROUP = "TargetGroupNotFound"
_EVENTS = "InvalidArgument: The notification destination service region is not valid for the bucket location constraint"
_ACTIONS = ("alarmActions[*]", "okActions[*]", "insufficientDataActions[*]")
_FORWARDED = ("targetGroupArn", "forward.targetGroups[*].arn")
REGIONAL = (
    *(Regional("aws:cloudwatch/metricAlarm:MetricAlarm", path, _ALARM) for path in _ACTIONS),
    *(Regional("aws:cloudwatch/compositeAlarm:CompositeAlarm", path, _ALARM) for path in _ACTIONS),
    Regional("aws:lb/listener:Listener", "certificateArn", "CertificateNotFound: Certificate not found"),
    Regional("aws:lb/listener:Listener", "loadBalancerArn", "LoadBalancerNotFound"),
    *(Regional("aws:lb/listener:Listener", f"defaultActions[*].{path}", _GROUP) for path in _FORWARDED),
    Regional("aws:lb/listenerCertificate:ListenerCertificate", "certificateArn", "CertificateNotFound"),
    Regional("aws:lb/listenerRule:ListenerRule", "listenerArn", "ListenerNotFound"),
    *(Regional("aws:lb/listenerRule:ListenerRule", f"actions[*].{path}", _GROUP) for path in _FORWARDED),
    Regional("aws:lb/targetGroupAttachment:TargetGroupAttachment", "targetGroupArn", _GROUP),
    Regional("aws:autoscaling/group:Group", "targetGroupArns[*]", "ValidationError: Provided Target Groups not found"),
    Regional("aws:autoscaling/attachment:Attachment", "lbTargetGroupArn", "ValidationError: Target Groups not found"),
    Regional("aws:ecs/service:Service", "loadBalancers[*].targetGroupArn", "InvalidParameterException: target group"),
    Regional("aws:ec2/flowLog:FlowLog", "logDestination", "InvalidParameter: LogDestination is in another region"),
    Regional("aws:rds/eventSubscription:EventSubscription", "snsTopic", "SNSTopicArnNotFound"),
    *(
        Regional(token, "notificationTopicArn", "InvalidParameterValue: the topic is in another region")
        for token in ("aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/cluster:Cluster")
    ),
    Regional("aws:sns/topicPolicy:TopicPolicy", "arn", "InvalidParameter: Invalid parameter: TopicArn"),
    Regional("aws:sns/topicSubscription:TopicSubscription", "topic", "InvalidParameter: Invalid parameter: TopicArn"),
    *(
        Regional("aws:s3/bucketNotification:BucketNotification", path, _EVENTS)
        for path in ("topics[*].topicArn", "queues[*].queueArn", "lambdaFunctions[*].lambdaFunctionArn")
    ),
    Regional(
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "destinationArn",
        "InvalidParameterException: destinationArn for vendor in another region cannot be used",
    ),
    Regional(
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "eventSourceArn",
        "InvalidParameterValueException: the event source is in another region than the function",
    ),
    Regional(
        "aws:secretsmanager/secretRotation:SecretRotation",
        "rotationLambdaArn",
        "ResourceNotFoundException: the function is in another region",
    ),
    Regional("aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn", "ResourceNotFoundException"),
    Regional("aws:secretsmanager/secretVersion:SecretVersion", "secretId", "ResourceNotFoundException"),
    Regional(
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        "resourceArn",
        "WAFInvalidParameterException: the resource is in another region than the web ACL",
    ),
    Regional("aws:wafv2/webAclAssociation:WebAclAssociation", "webAclArn", "WAFNonexistentItemException"),
    Regional(
        "aws:cloudfront/distribution:Distribution",
        "viewerCertificate.acmCertificateArn",
        "InvalidViewerCertificate: The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't "
        "valid, "
        "or doesn't include a valid certificate chain",
        _EVERYWHERE,
    ),
    Regional(
        "aws:cloudfront/distribution:Distribution",
        "defaultCacheBehavior.lambdaFunctionAssociations[*].lambdaArn",
        "InvalidLambdaFunctionAssociation: The function must be in region 'us-east-1'",
        _EVERYWHERE,
    ),
    Regional(
        "aws:apigateway/domainName:DomainName",
        "certificateArn",
        "BadRequestException: the certificate of an edge-optimized domain must be in us-east-1",
        _EVERYWHERE,
    ),
    Regional("aws:apigateway/domainName:DomainName", "regionalCertificateArn", "BadRequestException: certificate"),
    Regional(
        "aws:apigatewayv2/domainName:DomainName",
        "domainNameConfiguration.certificateArn",
        "BadRequestException: the certificate must be in the region of the API",
    ),
    *(Regional(row.token, row.path, row.says) for row in ENCRYPTS),
)
"""API references of each service: where the ARN must be of the same region, or of us-east-1."""

_BY_TYPE: dict[str, list[Regional]] = defaultdict(list)
for _row in REGIONAL:
    _BY_TYPE[_row.token].append(_row)


def _far(context: Context) -> Iterator[Violation]:
    here = context.place.of(context.inputs)
    for row in _BY_TYPE.get(context.token, ()):
        for at, value in texts(context.inputs, row.path):
            _, _, service, region, account = f"{value}:::::".split(":")[:5]
            wanted = row.region or here.region
            if value.startswith("arn:") and account == here.account and region not in {"", wanted}:
                yield Violation(at, f"{service} {value} lies in {region}, {wanted} is needed ({row.says})")


ONE_REGION = pair(
    "one-region",
    _far,
    refused="topics, keys, certificates, target groups, functions, queues and log groups of another region than "
    "whoever "
    "names them; certificates of CloudFront outside us-east-1",
    says="CloudWatch: ValidationError; Elastic Load Balancing: CertificateNotFound, TargetGroupNotFound; S3: "
    "InvalidArgument; EKS, CloudWatch Logs: InvalidParameterException; CloudFront: InvalidViewerCertificate",
    source="Amazon CloudWatch API Reference, PutMetricAlarm, AlarmActions; Elastic Load Balancing API Reference, "
    "CreateListener, Errors; Amazon S3 API Reference, PutBucketNotificationConfiguration; Amazon CloudFront Developer "
    "Guide, Requirements for using SSL/TLS certificates; AWS KMS Developer Guide, Multi-Region keys: other keys work "
    "in "
    "their region alone",
)

_ZONED = {
    "aws:ec2/subnet:Subnet": ("availabilityZone",),
    "aws:ec2/instance:Instance": ("availabilityZone",),
    "aws:ec2/defaultSubnet:DefaultSubnet": ("availabilityZone",),
    "aws:ebs/volume:Volume": ("availabilityZone",),
    "aws:efs/fileSystem:FileSystem": ("availabilityZoneName",),
    "aws:autoscaling/group:Group": ("availabilityZones[*]",),
}


def _far_zones(context: Context) -> Iterator[Violation]:
    region = context.place.of(context.inputs).region
    for at, value in texts(context.inputs, *_ZONED.get(context.token, ())):
        found = re.match(r"[a-z]{2,4}(-[a-z]+)+-\d+", value)
        if found is not None and found[0] != region:
            yield Violation(at, f"{value!r} is no zone of {region}, but of {found[0]}")


ZONES = pair(
    "zone-of-the-region",
    _far_zones,
    refused="a subnet, instance or volume in a zone of another region",
    says="InvalidParameterValue: Value for parameter availabilityZone is invalid",
    source="Amazon EC2 API Reference, CreateSubnet, AvailabilityZone; Error codes",
)


def _far_service(context: Context) -> Iterator[Violation]:
    region, name = context.place.of(context.inputs).region, str(context.inputs.get("serviceName"))
    found = re.match(r"com\.amazonaws\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\.", name)
    if found is not None and found[1] != region and not context.inputs.get("serviceRegion"):
        yield Violation("serviceName", f"{name} is a service of {found[1]}, the endpoint lies in {region}")


FAR_SERVICE = pair(
    "endpoint-region",
    _far_service,
    refused="an endpoint for a service of another region",
    says="InvalidServiceName: The Vpc Endpoint Service does not exist",
    source="Amazon EC2 API Reference, CreateVpcEndpoint, ServiceName and ServiceRegion; Error codes",
)
