"""The VPC, its subnets and flow logs, and the load balancer with the addresses that it admits."""
