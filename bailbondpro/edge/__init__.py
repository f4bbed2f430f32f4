"""The edge-rule language: what Cloudflare does with a request, as pure data that can be evaluated without any cloud.

Its face, from the wish to the proof:

- `policy` says what is wanted, `cloudflare_plans` what each plan can do, `problems` where the two do not fit.
- `rules` holds every rule of a policy: those of the cache (`cache_rules`), of the firewall, limits and headers
  (`security`). `cache_classes` and `personal` are the conditions that they share.
- `language` is the rule language itself, its expressions, its fields and their text; `readback` reads the rules of a
  plan.
- `exchange` is a request and its response, `cache_control` that header, `origin` what the application answers.
- `explain` evaluates the rules on one exchange; `leaks` proves on many (`corpus`) that nothing personal is stored.

It imports nothing of this project and no Pulumi. `components.cdn` makes resources of its rules.
"""
