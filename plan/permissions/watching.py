"""Logs, alarms, topics, budgets: what tells people."""

from __future__ import annotations

from plan import tokens
from plan.permissions.model import Permissions, of

WATCHING = (
    Permissions(
        token=tokens.LOG_GROUP,
        reads=of("logs", "DescribeLogGroups", "ListTagsForResource"),
        creates=of("logs", "CreateLogGroup", "PutRetentionPolicy", "TagResource", "UntagResource"),
        updates=of("logs", "AssociateKmsKey", "DeleteRetentionPolicy", "DisassociateKmsKey"),
        deletes=of("logs", "DeleteLogGroup"),
    ),
    Permissions(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        reads=of("cloudwatch", "DescribeAlarms", "ListTagsForResource"),
        creates=of("cloudwatch", "PutMetricAlarm", "TagResource", "UntagResource"),
        deletes=of("cloudwatch", "DeleteAlarms"),
    ),
    Permissions(
        token="aws:sns/topic:Topic",
        reads=of("sns", "GetTopicAttributes", "ListTagsForResource"),
        creates=of("sns", "CreateTopic", "TagResource", "UntagResource"),
        updates=of("sns", "SetTopicAttributes"),
        deletes=of("sns", "DeleteTopic"),
    ),
    Permissions(
        token="aws:sns/topicPolicy:TopicPolicy",
        reads=of("sns", "GetTopicAttributes"),
        creates=of("sns", "SetTopicAttributes"),
    ),
    Permissions(
        token="aws:sns/topicSubscription:TopicSubscription",
        reads=of("sns", "GetSubscriptionAttributes", "ListSubscriptionsByTopic"),
        creates=of("sns", "Subscribe"),
        updates=of("sns", "SetSubscriptionAttributes"),
        deletes=of("sns", "Unsubscribe"),
    ),
    Permissions(
        token=tokens.BUDGET,
        reads=of("budgets", "ListTagsForResource", "ViewBudget"),
        creates=of("budgets", "ModifyBudget", "TagResource", "UntagResource"),
    ),
    Permissions(
        token="aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        reads=of("ce", "GetAnomalyMonitors", "ListTagsForResource"),
        creates=of("ce", "CreateAnomalyMonitor", "TagResource", "UntagResource"),
        updates=of("ce", "UpdateAnomalyMonitor"),
        deletes=of("ce", "DeleteAnomalyMonitor"),
    ),
    Permissions(
        token="aws:costexplorer/anomalySubscription:AnomalySubscription",
        reads=of("ce", "GetAnomalySubscriptions", "ListTagsForResource"),
        creates=of("ce", "CreateAnomalySubscription", "TagResource", "UntagResource"),
        updates=of("ce", "UpdateAnomalySubscription"),
        deletes=of("ce", "DeleteAnomalySubscription"),
    ),
)
