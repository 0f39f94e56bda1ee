"""Room on the page for rows that are updated in place."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE points_account SET (fillfactor = 70);
            ALTER TABLE points_lot SET (fillfactor = 90);
            ALTER TABLE points_purchase SET (fillfactor = 95);
            """,
            """
            ALTER TABLE points_account RESET (fillfactor);
            ALTER TABLE points_lot RESET (fillfactor);
            ALTER TABLE points_purchase RESET (fillfactor);
            """,
        ),
    ]
