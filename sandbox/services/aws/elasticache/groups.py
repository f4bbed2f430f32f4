"""Parameter groups and subnet groups of ElastiCache, and users.

ElastiCache takes names in any case and keeps them in lower case (Amazon ElastiCache API Reference, for example
CreateReplicationGroup: "This parameter is stored as a lowercase string"; the provider's state follows).
"""

from __future__ import annotations

from sandbox.model.checks import On
from sandbox.model.names import Named, Unique
from sandbox.model.references import Reference, Target
from sandbox.model.replacement import Replaced
from sandbox.model.rows import Row, by_name, schema_only
from sandbox.model.sources import Sources
from sandbox.services.aws.ec2.places import ONE_VPC
from sandbox.services.aws.ec2.targets import SUBNET

PARAMETER_GROUP = (Target("aws:elasticache/parameterGroup:ParameterGroup", ("id", "name")),)
SUBNET_GROUP = (Target("aws:elasticache/subnetGroup:SubnetGroup", ("id", "name")),)
_parameters = On("cache-parameters", source="Amazon ElastiCache API Reference, CreateCacheParameterGroup")
_subnets = On("cache-subnets", source="Amazon ElastiCache API Reference, CreateCacheSubnetGroup")

ROWS = (
    Row(
        token=PARAMETER_GROUP[0].token,
        name=Named(kept_lowered=True),
        id=by_name,
        replaced=Replaced(("description", "family", "name"), {"description": "Managed by Pulumi"}),
        references=(),
        unique=(Unique(("name",), "CacheParameterGroupAlreadyExists"),),
        values=(
            _parameters.matches(
                "name",
                r"(?=.{1,255}$)[a-zA-Z](?:-?[a-zA-Z0-9])*",
                "letters (kept in lower case), digits and single hyphens, a letter first",
            ),
            _parameters.matches(
                "family",
                r"valkey[7-9]|redis(2\.6|2\.8|3\.2|4\.0|5\.0|6\.x|7)|memcached1\.[456]",
                "a family such as valkey8 or redis7",
                "InvalidParameterValue",
            ),
            _parameters.unique("parameters[*].name", "parameter"),
        ),
        sources=Sources(doubts={"time": "which parameters wait for a restart of the nodes; here all are real at once"}),
    ),
    Row(
        token=SUBNET_GROUP[0].token,
        name=Named(kept_lowered=True),
        id=by_name,
        replaced=Replaced(("name",)),
        references=(Reference("subnetIds[*]", SUBNET, "InvalidSubnet"),),
        unique=(Unique(("name",), "CacheSubnetGroupAlreadyExists"),),
        values=(_subnets.matches("name", r"[a-zA-Z0-9-]{1,255}", "1 to 255 letters, digits or hyphens"),),
        state=(ONE_VPC,),
        sources=Sources(
            time="Amazon ElastiCache API Reference, CreateCacheSubnetGroup, ModifyCacheSubnetGroup: no window"
        ),
    ),
    schema_only(
        "aws:elasticache/user:User",
        "no stack has one: clients give the token",
        Replaced(("engine", "userId", "userName")),
    ),
    schema_only("aws:elasticache/userGroup:UserGroup", "as the user", Replaced(("engine", "userGroupId"))),
)
