"""What exists before a program runs, and what it may look up: the seed file, read, planted and asked for.

A seed file (`sandbox.seed.yaml` beside the program) is a list of three kinds of entries:

    - type: aws:ec2/vpc:Vpc             # an object that somebody else has made
      id: vpc-0a1b2c3d4e5f60718
      inputs: {cidrBlock: 10.20.0.0/16}
    - invoke: aws:index/getIpRanges:getIpRanges   # the answer to one look-up
      args: {services: [route53_healthchecks]}
      result: {cidrBlocks: [192.0.2.0/24]}
    - stack: organization/network/prod  # what a StackReference reads
      outputs: {vpcId: vpc-0a1b2c3d4e5f60718}
"""

from __future__ import annotations

from sandbox.seed.entries import Existing, LookUp, Seed, StackOutputs
from sandbox.seed.grammar import FILE, SeedError, read_beside, read_seed

__all__ = ["FILE", "Existing", "LookUp", "Seed", "SeedError", "StackOutputs", "read_beside", "read_seed"]
