"""`contract test`: a running application against what it promises the platform."""
