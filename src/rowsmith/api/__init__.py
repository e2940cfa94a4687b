"""The door of HTTP: every act of `app` under `/api/v1`, one file per noun, and the web application's files."""
