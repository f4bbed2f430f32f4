"""Has the cloud changed since the last update, and was it somebody who should not?"""
