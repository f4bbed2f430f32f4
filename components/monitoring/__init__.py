"""What watches the platform from outside the cluster, and tells people: alarms, events and the topic they go to.

The guide's response time and error rate alerts (1000 ms, 5 %) are measured where requests end, at the gateway: the load
balancer passes encrypted TCP and sees neither. Import the modules directly (`components.monitoring.alarms`, `.topic`).
"""
