"""The catalog in the back office: what is asked and answered there holds."""

import pytest

from tests import make

LIST = "/admin/rewards/reward/"


@pytest.mark.parametrize("number", ["0", "x", "1.5", "%00", "9" * 30, "9" * 4_400])
@pytest.mark.parametrize("page", ["change", "stock", "withdraw"])
def test_a_number_that_is_no_rewards_leads_nowhere(desk, number, page):
    make.reward()

    assert desk.get(f"{LIST}{number}/{page}/").status_code in {302, 404}
