"""The EKS cluster: control plane, add-ons, node pools, operators and who may reach it."""
