"""The private PostgreSQL server that tests share."""

from __future__ import annotations

from sqlalchemy import create_engine, text


def test_the_server_answers_and_each_test_may_have_a_database_of_its_own(
    postgres_url: str, empty_postgres_url: str
) -> None:
    """Both addresses work, with a password, and lead to different databases."""
    names = []
    for url in (postgres_url, empty_postgres_url):
        engine = create_engine(url)
        with engine.connect() as connection:
            names.append(connection.execute(text("SELECT current_database()")).scalar_one())
        engine.dispose()
    assert names[0] == "planner"
    assert names[1].startswith("test_")
