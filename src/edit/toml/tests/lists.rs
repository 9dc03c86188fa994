use super::{append, list, number, patched, place, refused, remove, reorder, set, table, text};
use crate::edit::Refusal;

const PLATFORMS: &str = r#"[a.x]
name = "X"

# first
[[a.x.p]]
type = "slack" # t
[a.x.p.config]
token = "$S"

[[a.x.p]]
type = 'telegram'

# third
[[a.x.p]]
type = "teams"
[a.x.p.config]
id = "$T"

[a.x.network]
allowed = []
"#;

fn between(list: &str) -> String {
    format!("[a.x]\nname = \"X\"\n\n{list}\n[a.x.network]\nallowed = []\n")
}

#[test]
fn elements_are_appended_behind_the_last_ones_tables() {
    let after = patched(PLATFORMS, &[append("a.x.p", [("config", table([("k", text("v"))])), ("type", text("new"))])]);
    let new = "id = \"$T\"\n\n[[a.x.p]]\ntype = \"new\"\n\n[a.x.p.config]\nk = \"v\"\n";
    assert_eq!(after, PLATFORMS.replace("id = \"$T\"\n", new));
}

#[test]
fn appended_elements_follow_their_siblings() {
    let config = || [("type", text("b")), ("config", table([("k", text("v"))]))];
    assert_eq!(
        patched("[[p]]\ntype = \"a\"\nconfig = { k = \"w\" }\n", &[append("p", config())]),
        "[[p]]\ntype = \"a\"\nconfig = { k = \"w\" }\n\n[[p]]\ntype = \"b\"\nconfig = { k = \"v\" }\n"
    );
    assert_eq!(
        patched("[[p]]\ntype = \"a\"\nconfig.k = \"w\"\n[o]\n", &[append("p", config())]),
        "[[p]]\ntype = \"a\"\nconfig.k = \"w\"\n[[p]]\ntype = \"b\"\nconfig.k = \"v\"\n[o]\n"
    );
    assert_eq!(
        patched("  [[p]]\n    type=\"a\"\n", &[append("p", config())]),
        "  [[p]]\n    type=\"a\"\n\n  [[p]]\n    type=\"b\"\n\n  [p.config]\n    k=\"v\"\n"
    );
}

#[test]
fn missing_lists_are_written_as_in_other_agents() {
    let other = "[agents.a]\nproviders = [{ id = \"x\" }]\n\n[agents.b]\nname = \"b\"\n";
    assert_eq!(
        patched(other, &[append("agents.b.providers", [("id", text("y"))])]),
        format!("{other}providers = [{{ id = \"y\" }}]\n")
    );
    let alone = "[agents.b]\nname = \"b\"\n";
    assert_eq!(
        patched(
            alone,
            &[append("agents.b.providers", [("id", text("y"))]), append("agents.b.providers", [("id", text("z"))])]
        ),
        format!("{alone}\n[[agents.b.providers]]\nid = \"y\"\n\n[[agents.b.providers]]\nid = \"z\"\n")
    );
    assert_eq!(
        patched(alone, &[append("agents.b.network.judge", [("domain", text("y"))])]),
        format!("{alone}\n[agents.b.network]\njudge = [{{ domain = \"y\" }}]\n")
    );
}

#[test]
fn elements_move_as_whole_blocks() {
    assert_eq!(
        patched(PLATFORMS, &[reorder("a.x.p", &[2, 0, 1])]),
        between(
            "# third\n[[a.x.p]]\ntype = \"teams\"\n[a.x.p.config]\nid = \"$T\"\n\n# first\n[[a.x.p]]\ntype = \"slack\" # t\n\
             [a.x.p.config]\ntoken = \"$S\"\n\n[[a.x.p]]\ntype = 'telegram'\n"
        )
    );
}

#[test]
fn keys_come_before_elements_that_move() {
    let before = "[t]\na = 1\n[[t.p]]\nx = 1\n[[t.p]]\nx = 2\n";
    let after = patched(before, &[reorder("t.p", &[1]), set("t.b", number(2))]);
    assert_eq!(after, "[t]\na = 1\nb = 2\n[[t.p]]\nx = 2\n[[t.p]]\nx = 1\n");
}

#[test]
fn changes_of_one_list_compose() {
    let changes = [
        set("a.x.p[0].config.token", text("$N")),
        append("a.x.p", [("type", text("new"))]),
        remove("a.x.p[1]"),
        set("a.x.p[2].name", text("n")),
        reorder("a.x.p", &[3, 2, 0]),
    ];
    assert_eq!(
        patched(PLATFORMS, &changes),
        between(
            "[[a.x.p]]\ntype = \"new\"\n\n# third\n[[a.x.p]]\ntype = \"teams\"\nname = \"n\"\n[a.x.p.config]\nid = \"$T\"\n\n\
             # first\n[[a.x.p]]\ntype = \"slack\" # t\n[a.x.p.config]\ntoken = \"$N\"\n"
        )
    );
}

#[test]
fn elements_apart_from_each_other_change_places() {
    let before = "[[p]]\na = 1\n\n[other]\nb = 1\n\n[p.config]\nc = 1\n\n[[p]]\na = 2\n";
    assert_eq!(
        patched(before, &[reorder("p", &[1, 0])]),
        "[[p]]\na = 2\n\n[other]\nb = 1\n\n[[p]]\na = 1\n\n[p.config]\nc = 1\n"
    );
}

#[test]
fn moved_elements_lose_what_is_taken_out() {
    let before = "[[p]]\na = 1\n\n[[p]]\na = 2\n\n[other]\nb = 1\n\n[p.config]\n";
    assert_eq!(
        patched(before, &[remove("p[1].config"), reorder("p", &[1, 0])]),
        "[[p]]\na = 2\n\n[[p]]\na = 1\n\n[other]\nb = 1\n"
    );
}

#[test]
fn elements_go_with_their_tables_and_comments() {
    assert_eq!(
        patched(PLATFORMS, &[remove("a.x.p[0]"), remove("a.x.p[2]"), remove("a.x.p[7]")]),
        between("[[a.x.p]]\ntype = 'telegram'\n")
    );
    assert_eq!(patched(PLATFORMS, &[remove("a.x.p")]), "[a.x]\nname = \"X\"\n\n[a.x.network]\nallowed = []\n");
}

#[test]
fn lists_are_set_by_element() {
    let item = |kind: &str| table([("type", text(kind))]);
    let after = patched(PLATFORMS, &[set("a.x.p", list([item("new"), item("telegram"), item("last")]))]);
    assert_eq!(
        after,
        between(
            "# first\n[[a.x.p]]\ntype = \"new\" # t\n\n[[a.x.p]]\ntype = 'telegram'\n\n# third\n[[a.x.p]]\ntype = \"last\"\n"
        )
    );
    let after = patched(PLATFORMS, &[set("a.x.p", list([]))]);
    assert_eq!(after, "[a.x]\nname = \"X\"\np = []\n\n[a.x.network]\nallowed = []\n");
}

#[test]
fn orders_that_do_not_fit_are_refused() {
    assert_eq!(refused(PLATFORMS, &[reorder("a.x.p", &[0, 0])]), (Refusal::Order, place("a.x.p")));
    assert_eq!(refused(PLATFORMS, &[reorder("a.x.p", &[3])]), (Refusal::Order, place("a.x.p")));
    assert_eq!(refused(PLATFORMS, &[reorder("a.x.name", &[0])]), (Refusal::NotAList, place("a.x.name")));
    let set_list = || set("a.x.p", list([table([])]));
    assert_eq!(refused(PLATFORMS, &[set_list(), remove("a.x.p[1]")]), (Refusal::Contradiction, place("a.x.p[1]")));
    assert_eq!(refused(PLATFORMS, &[set_list(), reorder("a.x.p", &[0])]), (Refusal::Contradiction, place("a.x.p")));
    assert_eq!(refused(PLATFORMS, &[set("a.x.p[0]", number(1))]), (Refusal::Form, place("a.x.p[0]")));
}
