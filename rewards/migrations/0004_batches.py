import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0015_codes_approval"),
        ("rewards", "0003_shared_with_a_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="batch",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("export_codes", "May export codes, with a second person"),
                    ("stop_batch", "May withdraw batches and promotional codes"),
                    ("see_voucher_figures", "May see and export what vouchers cost"),
                ],
                "verbose_name": "batch of codes",
                "verbose_name_plural": "batches of codes",
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="batchexport",
            name="append_only",
        ),
        migrations.AddField(
            model_name="batch",
            name="heard_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last heard of"),
        ),
        migrations.AddField(
            model_name="batch",
            name="started_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="began"),
        ),
        migrations.AddField(
            model_name="batch",
            name="began_with",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="batchexport",
            name="begun",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="times begun"),
        ),
        migrations.AddField(
            model_name="batchexport",
            name="finished_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="out whole at"),
        ),
        migrations.AddField(
            model_name="batchexport",
            name="wiped_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="codes wiped at"),
        ),
        migrations.AddField(
            model_name="couponrule",
            name="ean",
            field=models.CharField(blank=True, max_length=13, verbose_name="the shop's own EAN-13"),
        ),
        migrations.AddField(
            model_name="couponrule",
            name="made_at",
            field=models.DateTimeField(verbose_name="made at"),
        ),
        migrations.AddField(
            model_name="couponrule",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AlterField(
            model_name="batch",
            name="form",
            field=models.CharField(
                choices=[
                    ("codes", "unique codes"),
                    ("promotion", "one code for everybody"),
                    ("coupons", "coupons on the receipt"),
                ],
                max_length=9,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="couponrule",
            name="batch",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="coupon_rule",
                to="rewards.batch",
                verbose_name="batch",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="batchexport",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="99ae95dbbc6a8939e0ce796719dee15077596097",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_48a07",
                    table="rewards_batchexport",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="batchexport",
            trigger=pgtrigger.compiler.Trigger(
                name="facts_stay",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."batch_id" IS DISTINCT FROM (NEW."batch_id") OR OLD."approval_id" IS DISTINCT FROM (NEW."approval_id") OR OLD."exported_by_id" IS DISTINCT FROM (NEW."exported_by_id") OR OLD."exported_at" IS DISTINCT FROM (NEW."exported_at") OR OLD."codes" IS DISTINCT FROM (NEW."codes"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="3cf3701c304b4929659ae54deb833fc33e4e18a6",
                    operation="UPDATE",
                    pgid="pgtrigger_facts_stay_fd25b",
                    table="rewards_batchexport",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="couponrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("ean", ""), ("ean__regex", "^[0-9]{13}$"), _connector="OR"),
                name="coupon_ean_is_digits",
            ),
        ),
    ]
