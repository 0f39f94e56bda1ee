"""The program's own source, the tier everybody starts in, and the check digit of cards."""

from django.db import migrations

CHECK_DIGIT = """
ALTER TABLE members_card ADD CONSTRAINT card_check_digit CHECK (
  (10 - (
      substr(number, 1, 1)::int + substr(number, 3, 1)::int + substr(number, 5, 1)::int
    + substr(number, 7, 1)::int + substr(number, 9, 1)::int + substr(number, 11, 1)::int
    + 3 * (
      substr(number, 2, 1)::int + substr(number, 4, 1)::int + substr(number, 6, 1)::int
    + substr(number, 8, 1)::int + substr(number, 10, 1)::int + substr(number, 12, 1)::int)
  ) % 10) % 10 = substr(number, 13, 1)::int)
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.RunSQL(
            CHECK_DIGIT, "ALTER TABLE members_card DROP CONSTRAINT card_check_digit"
        ),
        migrations.RunSQL(
            "INSERT INTO members_source (name) VALUES ('klaver')",
            "DELETE FROM members_source WHERE name = 'klaver'",
        ),
        migrations.RunSQL(
            "INSERT INTO members_tier (rank, name_nl, name_en) VALUES (0, 'Lid', 'Member')",
            "DELETE FROM members_tier WHERE rank = 0",
        ),
    ]
