"""Finding the built editor."""

from coscribe.http.editor_files import PLACES, find_editor


def test_folder_counts_only_with_a_page_in_it(tmp_path):
    installed, checkout = tmp_path / "editor", tmp_path / "dist"
    installed.mkdir()
    checkout.mkdir()
    assert find_editor((installed, checkout)) is None
    (checkout / "index.html").touch()
    assert find_editor((installed, checkout)) == checkout
    (installed / "index.html").touch()
    assert find_editor((installed, checkout)) == installed


def test_checkout_is_looked_in():
    assert [place.name for place in PLACES] == ["editor", "dist"]
    assert (PLACES[1].parents[1] / "pyproject.toml").is_file()
