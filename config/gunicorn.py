"""How gunicorn serves Rungs. The environment sets the numbers."""

import os

# gunicorn reads these names from this module.
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests = 2000
max_requests_jitter = 200
limit_request_line = 4094
accesslog = None
errorlog = "-"
loglevel = "warning"
