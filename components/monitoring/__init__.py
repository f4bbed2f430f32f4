"""What watches the platform and tells people: alarms, alerts, events, dashboards, and the topic that messages go to.

`catalog` lists the kinds of things that are watched; each has its alarms, panels and runbooks in a module of `kinds`.
The guide's response time and error rate alerts (1000 ms, 5 %) are measured where requests end, at the gateway: the load
balancer passes encrypted TCP and sees neither. Import the modules directly (`components.monitoring.alarms`, `.topic`).
"""
