from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0013_consent_requests"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="approval",
            name="only_rules_and_mailings_are_about_nobody",
        ),
        migrations.AlterField(
            model_name="approval",
            name="kind",
            field=models.CharField(
                choices=[
                    ("adjustment", "adjust points"),
                    ("purchase", "enter a purchase"),
                    ("publication", "publish rules"),
                    ("mailing", "send a mailing"),
                    ("codes", "export codes"),
                ],
                max_length=12,
                verbose_name="what",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["publication", "mailing", "codes"]), ("member__isnull", True)
                    ),
                    models.Q(
                        models.Q(("kind__in", ["publication", "mailing", "codes"]), _negated=True),
                        ("member__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="only_rules_and_mailings_are_about_nobody",
            ),
        ),
    ]
