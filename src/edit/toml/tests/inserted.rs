use super::{list, number, patched, set, table, text};
use crate::edit::Content;

#[test]
fn keys_come_behind_the_last_one_of_their_table() {
    let before = "[t]\n  a=1 # one\n  # tail\n\n# about o\n[o]\n";
    assert_eq!(patched(before, &[set("t.b", number(2))]), "[t]\n  a=1 # one\n  b=2\n  # tail\n\n# about o\n[o]\n");
    assert_eq!(patched("[t] # x\n[o]\n", &[set("t.\"a", number(2))]), "[t] # x\n\"\\\"a\" = 2\n[o]\n");
    assert_eq!(patched("[t]", &[set("t.a", number(2)), set("t.b", number(3))]), "[t]\na = 2\nb = 3");
    assert_eq!(patched("", &[set("a", number(2))]), "a = 2\n");
    assert_eq!(patched("# top\n\n[t]\n", &[set("a", number(2))]), "# top\n\na = 2\n\n[t]\n");
    assert_eq!(patched("[t]\n", &[set("a", number(2))]), "a = 2\n\n[t]\n");
}

#[test]
fn keys_of_dotted_tables_are_dotted() {
    let before = "[agents.x]\nnetwork.allowed = [] # a\nname = \"x\"\n";
    assert_eq!(
        patched(before, &[set("agents.x.network.denied", Content::texts(["d"])), set("agents.x.egress.a", number(1))]),
        "[agents.x]\nnetwork.allowed = [] # a\nnetwork.denied = [\"d\"]\nname = \"x\"\n\n[agents.x.egress]\na = 1\n"
    );
}

#[test]
fn tables_come_behind_the_last_part_of_their_parent() {
    let before = "[agents.a]\nname = \"a\"\n\n[[agents.a.p]]\nx = 1\n\n# about b\n[agents.b]\nname = \"b\"\n\n# memory\n[memory]\n";
    assert_eq!(
        patched(before, &[set("agents.a.network.allowed", Content::texts(["x"]))]),
        before.replace("x = 1\n", "x = 1\n\n[agents.a.network]\nallowed = [\"x\"]\n")
    );
    assert_eq!(
        patched(before, &[set("agents.a.p[0].config.k", text("v"))]),
        before.replace("x = 1\n", "x = 1\n\n[agents.a.p.config]\nk = \"v\"\n")
    );
    let both = patched(before, &[set("agents.b.tools.strict", Content::Bool(true)), set("agents.c.name", text("c"))]);
    assert_eq!(
        both,
        before
            .replace("name = \"b\"\n", "name = \"b\"\n\n[agents.b.tools]\nstrict = true\n\n[agents.c]\nname = \"c\"\n")
    );
}

#[test]
fn tables_are_written_as_in_other_agents() {
    let before = "[agents.a]\nnetwork = { allowed = [] }\negress.model = \"m\"\n\n[agents.b]\nname = \"b\"\n";
    assert_eq!(
        patched(
            before,
            &[set("agents.b.network.allowed", Content::texts(["x"])), set("agents.b.egress.model", text("n"))]
        ),
        format!("{before}network = {{ allowed = [\"x\"] }}\negress.model = \"n\"\n")
    );
}

#[test]
fn tables_that_only_inner_headers_make_get_their_own() {
    let before = "# top\n\n# about the network\n[agents.a.network]\nallowed = []\n";
    assert_eq!(
        patched(before, &[set("agents.a.name", text("A"))]),
        "# top\n\n[agents.a]\nname = \"A\"\n\n# about the network\n[agents.a.network]\nallowed = []\n"
    );
}

fn agent() -> Content {
    table([
        ("name", text("N")),
        ("providers", list([table([("id", text("p")), ("model", text("m"))])])),
        (
            "skills",
            table([("mcp", table([("g h", table([("url", text("u")), ("headers", table([("A", text("$B"))]))]))]))]),
        ),
        ("network", table([("judge", list([text("x"), table([("domain", text("d"))])]))])),
        ("platforms", list([table([("type", text("slack")), ("config", table([("t", text("$T"))]))])])),
        ("dir", text("./agents/n")),
    ])
}

const AGENT: &str = r#"[agents.new]
name = "N"
dir = "./agents/n"

[[agents.new.providers]]
id = "p"
model = "m"

[agents.new.skills.mcp."g h"]
url = "u"

[agents.new.skills.mcp."g h".headers]
A = "$B"

[agents.new.network]
judge = ["x", { domain = "d" }]

[[agents.new.platforms]]
type = "slack"

[agents.new.platforms.config]
t = "$T"
"#;

#[test]
fn a_new_agent_comes_behind_the_last_one() {
    let before = "[agents.a]\nname = \"a\"\n\n[agents.a.tools]\nx = 1\n\n# about memory\n[memory]\nenabled = true\n";
    let after = patched(before, &[set("agents.new", agent())]);
    assert_eq!(after, before.replace("x = 1\n", &format!("x = 1\n\n{AGENT}")));
    let tight = |text: &str| text.replace("\n\n", "\n");
    let after = patched(&tight(before), &[set("agents.new", agent())]);
    assert_eq!(after, tight(before).replace("x = 1\n", &format!("x = 1\n{}", tight(AGENT))));
}

#[test]
fn the_first_agent_comes_before_the_memory() {
    let set_agent = [set("agents.new", agent())];
    assert_eq!(patched("# top\n\n# m\n[memory]\n", &set_agent), format!("# top\n\n{AGENT}\n# m\n[memory]\n"));
    assert_eq!(patched("[memory]\n", &set_agent), format!("{AGENT}\n[memory]\n"));
    assert_eq!(patched("[targets.x]\na = 1", &set_agent), format!("[targets.x]\na = 1\n\n{}", AGENT.trim_end()));
    assert_eq!(patched("", &set_agent), AGENT);
    assert_eq!(patched("[agents]\n\n[memory]\n", &set_agent), format!("[agents]\n\n{AGENT}\n[memory]\n"));
}

#[test]
fn empty_tables_are_written_too() {
    let before = "[agents.a]\nname = \"a\"\n";
    assert_eq!(patched(before, &[set("agents.a.x", table([("y", table([]))]))]), format!("{before}\n[agents.a.x.y]\n"));
    let platform = [set("agents.b.p", list([table([("config", table([]))])]))];
    assert_eq!(patched(before, &platform), format!("{before}\n[[agents.b.p]]\n\n[agents.b.p.config]\n"));
    assert_eq!(patched("t.a = 1\n", &[set("t", table([]))]), "t = {}\n");
}
