"""All settings in one file. Every value comes from the environment; .env.example lists them."""

import hashlib
import hmac
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()


def text(name: str, default: str = "") -> str:
    """Return the variable; an empty one counts as unset, as container files pass empties."""
    return str(env.str(name, default="")).strip() or default


def switch(name: str) -> bool:
    return text(name, "off").lower() in {"1", "on", "true", "yes"}


DEBUG = switch("DEBUG")
DEMO = switch("DEMO")

DATA_DIR = Path(text("DATA_DIR", str(BASE_DIR / "var")))
BASE_URL = text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")

SECRET_KEY = text("SECRET_KEY")
ALLOWED_HOSTS = [host.strip() for host in text("ALLOWED_HOSTS").split(",") if host.strip()]
if not SECRET_KEY and not DEMO:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put a long random value in the environment, for example the "
        "output of: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
if not ALLOWED_HOSTS and not DEMO:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set. Name the hosts this installation answers to, separated by "
        "commas, for example ALLOWED_HOSTS=rungs.example.org"
    )
if DEMO:
    SECRET_KEY = SECRET_KEY or "the-demo-listens-on-this-machine-only-and-holds-invented-people"
    ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost", "[::1]"]

SECRET_KEY_FALLBACKS = [key for key in text("SECRET_KEY_FALLBACKS").split(",") if key]

# Sheets are keyed by an HMAC under this key. It is never in the database, so a copy of the
# database alone leads from no answer to a person.
DERIVED_KEY = hmac.new(SECRET_KEY.encode(), b"rungs respondent key", hashlib.sha256).hexdigest()
RESPONDENT_KEY = text("RESPONDENT_KEY", DERIVED_KEY)
# The key before this one; only the command that exchanges them reads it.
RESPONDENT_KEY_OLD = text("RESPONDENT_KEY_OLD", DERIVED_KEY)

INSTALLED_APPS = [
    "config",
    "teams",
    "guide",
    "assessment",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "ninja",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "config.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.SecurityHeaders",
    "guide.unchanged.Unchanged",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.Compress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.ReadersZone",
    "config.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.NotTooMuch",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ]
        },
    }
]

# Databases ------------------------------------------------------------------------------------


def sqlite(config: dict[str, Any]) -> dict[str, Any]:
    """Make an acknowledged save survive a power cut, and writers wait for one another."""
    return config | {
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            # Takes the write lock at BEGIN: waiting writers wait instead of failing at the upgrade.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # The page cache stays at SQLite's 2 MB: each thread has one (docs/decisions/0028).
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                "PRAGMA journal_size_limit=67108864;PRAGMA temp_store=MEMORY"
            ),
        },
    }


def postgresql(config: dict[str, Any]) -> dict[str, Any]:
    """Pool connections in each process and let nothing wait for ever."""
    options = dict(config.get("OPTIONS", {}))
    pool = {
        "min_size": 2,
        "max_size": int(text("DATABASE_POOL_SIZE", "6")),
        "timeout": 5,
        "max_lifetime": 1800,
        "max_idle": 300,
        "reconnect_timeout": 30,
    }
    limits = (
        "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s"
    )
    return config | {
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "rungs",
            "options": limits,
            "pool": pool,
        }
        | options,
    }


def database(url: str) -> dict[str, Any]:
    config = dict(env.db_url_config(url))
    if "sqlite" in config["ENGINE"]:
        return sqlite(config)
    return postgresql(config)


DATABASES = {"default": database(text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'rungs.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ATOMIC_REQUESTS = False

# Rate limits count in "default", so every process must see the same one. "rendered" holds pieces
# of pages made from published, immutable content: each process may keep its own.
CACHES = {
    "default": env.cache_url_config(text("CACHE_URL", "dbcache://cache")),
    "rendered": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "rendered",
        "TIMEOUT": None,
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}

# What outlives a request waits in the database for `manage.py db_worker`.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# People and sessions --------------------------------------------------------------------------

AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "teams.forms.SignUpForm"
# The demo prints its mails on the console, where whoever signs up does not see them.
ACCOUNT_EMAIL_VERIFICATION = "none" if DEMO else "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Rungs: "
ACCOUNT_ADAPTER = "teams.accounts.AccountAdapter"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_USER_DISPLAY = "teams.accounts.display_name"
ALLAUTH_TRUSTED_PROXY_COUNT = int(text("TRUSTED_PROXY_COUNT", "0"))

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
PASSWORD_RESET_TIMEOUT = 3600

# Over plain http the __Host- prefix and Secure would make browsers drop the cookies.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Headers and limits ---------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^api/"]
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
)
USE_X_FORWARDED_HOST = False
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Files come as they are and wait in a temporary file. A page may allow them less, none more.
LARGEST_REQUEST = 21 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# E-mail ---------------------------------------------------------------------------------------

EMAIL_CONFIG = env.email_url_config(text("EMAIL_URL", "consolemail://"))
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", f"rungs@{urlsplit(BASE_URL).hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Language, time, static files -----------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.storage.StaticFiles"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Packed already; and source maps, which only a developer's tools ask for, cost half the time.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("png", "jpg", "jpeg", "webp", "woff2", "map")

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "{asctime}Z {levelname} {name} {message}",
            "style": "{",
            "datefmt": "%Y-%m-%dT%H:%M:%S",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}

TEST_RUNNER = "django.test.runner.DiscoverRunner"
