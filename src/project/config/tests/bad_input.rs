use proptest::prelude::*;

use super::*;
use crate::schema::ALL;

/// An agent that lacks nothing, for a line more; that line is the fourth.
fn agent(lines: &str) -> String {
    format!("[agents.abc]\nname = 'A'\ndir = 'a'\n{lines}")
}

#[test]
fn guardrails_that_are_nowhere_on_are_told() {
    for (lines, expected) in [
        ("guardrails_inline = [{ a = 1 }]", &["~guardrail-without-effect 4:1"][..]),
        ("[[agents.abc.guardrails_inline]]\nstage = 'input'", &["~guardrail-without-effect 4:14"]),
        ("guardrails_disabled = ['pii']", &["~guardrail-without-effect 4:1"]),
        ("guardrails_inline = []\nguardrails_disabled = []", &[]),
        (
            "guardrails_inline = [{ a = [{ b = -9007199254740992 }] }]",
            &["~guardrail-without-effect 4:1", "unsafe-integer 4:35"],
        ),
    ] {
        assert_eq!(codes(&problems(&agent(lines))), expected, "{lines}");
    }
}

#[test]
fn a_project_for_another_version_is_not_read() {
    let needing = |needed: &str| format!("[agents.abc]\nname = 1\nnew_key = true\n\n[project]\nlobu = {needed}\n");
    let (config, found) = read(&ALL, &needing("'>=999.1'"), "lobu.toml", ReadOptions::default());
    assert!(config.is_none());
    assert_eq!(codes(&found), ["other-version 6:8"]);
    let this = env!("CARGO_PKG_VERSION");
    assert_eq!(found[0].message, format!("this project needs lobu >=999.1, and this is lobu {this}"));
    let inline = "project = { lobu = '<0.0.1' }\n[agents.abc]\nnew_key = true";
    assert_eq!(codes(&problems(inline)), ["other-version 1:20"]);
    for needed in [format!("'>={this}'"), format!("'={this}'"), "'*'".to_owned()] {
        assert_eq!(problems(&needing(&needed)).len(), 3, "{needed}");
    }
}

#[test]
fn a_needed_version_is_a_requirement() {
    let of = |table: &str| codes(&problems(&format!("{table}\n[agents.abc]\nname = 'A'\ndir = 'a'")));
    for (table, expected) in [
        ("project.lobu = 'newest'", &["bad-version 1:16"][..]),
        ("project.lobu = ''", &["bad-version 1:16"]),
        ("project.lobu = '>=0.1 <1'", &["bad-version 1:16"]),
        ("project.lobu = 0.1", &["wrong-type 1:16"]),
        ("project = '>=0.1'", &["wrong-type 1:11"]),
        ("project.version = '>=0.1'", &["unknown-key 1:9"]),
        ("project = {}", &[]),
        ("project.lobu = ' >=0.1 , <999 '", &[]),
    ] {
        assert_eq!(of(table), expected, "{table}");
    }
}

#[test]
fn one_provider_has_one_key() {
    let both = |one: &str, other: &str| {
        let provider = |key: &str| format!("providers = [{{ id = 'anthropic', {key} }}]\n");
        let other = format!("[agents.abd]\nname = 'B'\ndir = 'b'\n{}", provider(other));
        let mut found = problems(&agent(&format!("{}{other}", provider(one))));
        found.retain(|problem| problem.code != "literal-secret");
        found
    };
    let found = both("key = '$A'", "key = '$B'");
    assert_eq!(codes(&found), ["provider-key-conflict 8:40"]);
    let message =
        "provider `anthropic` has another `key` in agent `abc`, on line 4, and an org keeps one key for each provider";
    assert_eq!(found[0].message, message);
    let literal = both("key = '$A'", "key = 'Zq8Secret'");
    assert_eq!(codes(&literal), ["provider-key-conflict 8:40"], "{literal:?}");
    assert!(!format!("{literal:?}").contains("Zq8Secret"));
    assert_eq!(codes(&both("key = 'Zq8Secret'", "key = 'Zq8Other'")), ["provider-key-conflict 8:40"]);
    for (one, other) in [
        ("key = '$A'", "key = ' $A '"),
        ("key = 'Zq8Secret'", "key = 'Zq8Secret'"),
        ("key = '$A'", "key = ''"),
        ("key = '$A'", "secret_ref = '$B'"),
        ("key = '$A'", "model = 'm'"),
    ] {
        assert_eq!(codes(&both(one, other)), [""; 0], "{one} {other}");
    }
}

#[test]
fn problems_of_agents_have_a_code_and_a_place() {
    let table = [
        ("naem = 1", "unknown-key 4:1"),
        ("nix = ['jq']", "unknown-key 4:1"),
        ("description = 3", "wrong-type 4:15"),
        ("description = ['a']", "wrong-type 4:15"),
        ("guardrails = 'a'", "wrong-type 4:14"),
        ("guardrails = ['a', 2]", "wrong-type 4:20"),
        ("providers = [{ model = 'm' }]", "missing-key 4:14"),
        ("providers = [{ id = ' ' }]", "empty-name 4:21"),
        ("providers = [{ id = 'x' }, { id = 'x' }]", "duplicate-provider 4:35"),
        ("providers = [{ id = 'x', key = '$A', secret_ref = 'b' }]", "key-and-secret-ref 4:38"),
        ("providers = [{ id = 'x', key = '$LOBU_API_TOKEN' }]", "reserved-reference 4:32"),
        ("providers = [{ id = 'x', secret_ref = ' $LOBU_X ' }]", "reserved-reference 4:39"),
        ("providers = [1]", "wrong-type 4:14"),
        ("[agents.abc.providers]\nid = 'x'", "wrong-type 4:1"),
        ("platforms = [{ config = {} }]", "missing-key 4:14"),
        ("platforms = [{ type = 'slack' }]", "missing-key 4:14"),
        ("platforms = [{ type = '', config = {} }]", "empty-name 4:23"),
        ("platforms = [{ type = 'slak', config = {} }]", "unknown-platform-type 4:23"),
        ("platforms = [{ type = 'slack', name = 'Ops', config = {} }]", "bad-platform-name 4:39"),
        ("platforms = [{ type = 'slack', name = '', config = {} }]", "bad-platform-name 4:39"),
        ("platforms = [{ type = 'slack', id = '..', config = {} }]", "bad-platform-id 4:37"),
        ("platforms = [{ type = 'slack', id = '', config = {} }]", "bad-platform-id 4:37"),
        ("platforms = [{ type = 'slack', config = { a = 1 } }]", "wrong-type 4:47"),
        ("platforms = [{ type = 'slack', config = { a = { b = 'c' } } }]", "wrong-type 4:47"),
        ("platforms = [{ type = 'slack', config = { a = '***oken' } }]", "masked-value 4:47"),
        ("platforms = [{ type = 'slack', config = { a = '$LOBU_A' } }]", "reserved-reference 4:47"),
        ("platforms = [{ type = 'slack', config = { platform = 'x' } }]", "reserved-config-key 4:43"),
        ("platforms = [{ type = 'slack', config = { '' = 'x' } }]", "empty-name 4:43"),
        ("platforms = [{ type = 'slack', config = {}, settings = {} }]", "unknown-key 4:45"),
        ("platforms = [{ type = 'teams', config = {}, channels = ['a/b'] }]", "~bad-channel 4:45"),
        ("platforms = [{ type = 'slack', config = {}, channels = ['ab'] }]", "~bad-channel 4:56"),
        ("skills.mpc = {}", "unknown-key 4:8"),
        ("skills.mcp.x.uri = 'a'", "unknown-key 4:14"),
        ("skills.mcp.x.type = 'http'", "bad-choice 4:21"),
        ("skills.mcp.x.auth_scope = 'usr'", "bad-choice 4:27"),
        ("skills.mcp.x.headers.a = '***'", "masked-value 4:26"),
        ("skills.mcp.x.env.a = '$LOBU_X'", "reserved-reference 4:22"),
        ("skills.mcp.x.oauth = { auth_url = 'a' }", "missing-key 4:22"),
        ("skills.mcp.x = 'https://a'", "wrong-type 4:16"),
        ("skills.mcp.'' = {}", "empty-name 4:12"),
        ("network.allow = []", "unknown-key 4:9"),
        ("network.judge = [{ judge = 'x' }]", "missing-key 4:18"),
        ("network.judge = [1]", "wrong-type 4:18"),
        ("network.judge = ['']", "empty-name 4:18"),
        ("network.judges = { x = 1 }", "wrong-type 4:24"),
        ("egress.policy = ''", "unknown-key 4:8"),
        ("tools.strict = 'true'", "wrong-type 4:16"),
        ("tools.pre_approved = ['/mcp/a b/tools/x']", "bad-tool 4:23"),
        ("tools.pre_approved = ['/mcp/a/tools/x*']", "bad-tool 4:23"),
        ("preview.slack.ttl = 1", "unknown-key 4:15"),
        ("preview.slack.code_ttl_minutes = 9007199254740992", "unsafe-integer 4:34"),
        ("worker.packages = []", "unknown-key 4:8"),
        ("[[agents.abc.connections]]\ntype = 'slack'", "renamed-connections 4:14"),
        ("connections = []", "renamed-connections 4:1"),
        ("[[agents.abc.watchers]]\nslug = 'x'", "moved-watchers 4:14"),
        ("[agents.abc.watchers]", "moved-watchers 4:13"),
        ("[agents.abd]\nname = 'B'\ndir = './a/'", "~shared-agent-dir 6:7"),
    ];
    for (line, expected) in table {
        assert_eq!(codes(&problems(&agent(line))), [expected], "{line}");
    }
}

#[test]
fn problems_of_the_whole_file_have_a_code_and_a_place() {
    let table = [
        ("", "missing-key 1:1"),
        ("agent = {}\n[agents]", "unknown-key 1:1"),
        ("agents = 1", "wrong-type 1:10"),
        ("[[agents]]\nid = 'a'", "wrong-type 1:1"),
        ("[agents]\nabc = 'x'", "wrong-type 2:7"),
        ("[agents.ab]\nname = 'A'\ndir = ''", "bad-agent-id 1:9"),
        ("[agents.1bot]\nname = 'A'\ndir = ''", "bad-agent-id 1:9"),
        ("[agents.'']\nname = 'A'\ndir = ''", "bad-agent-id 1:9"),
        ("[agents.abc]\nname = ' '\ndir = ''", "empty-name 2:8"),
        ("[agents.abc]\ndir = ''", "missing-key 1:1"),
        ("[agents.abc]\nname = 'A'", "missing-key 1:1"),
        ("[agents.abc.network]\n[agents.abd]\nname = 'B'\ndir = 'b'\n[agents.abc]\nname = 'A'", "missing-key 5:1"),
        ("[agents]\n[memory]\norgs = 'a'", "unknown-key 3:1"),
        ("[agents]\n[memory.schema]", "unknown-key 2:9"),
        ("[agents]\n[memory]\norg = 'a b'", "bad-org 3:7"),
        ("[agents]\n[memory]\norg = ''", "bad-org 3:7"),
        ("[agents]\n[memory]\nvisibility = 'pubic'", "bad-choice 3:14"),
        ("[agents]\n[memory]\nenabled = 1", "wrong-type 3:11"),
        ("[agents]\n[memory]\nconnectors = 9007199254740993", "unsafe-integer 3:14"),
        ("[agents]\n[memory]\norg = 'a'\n[memory.owletto]", "two-memory-tables 4:9"),
        ("[agents]\n[memory.owletto]\n[memory.lobu]", "two-memory-tables 3:9"),
        ("memory = 'x'\n[agents]", "wrong-type 1:10"),
        ("[agents]\n[targets.a]\nurI = 'x'", "unknown-key 3:1"),
        ("[agents]\n[targets.a]\norg = '/'", "bad-org 3:7"),
        ("[agents]\n[targets.' ']", "empty-name 2:10"),
    ];
    for (text, expected) in table {
        assert_eq!(codes(&problems(text)), [expected], "{text}");
    }
    let old = "[agents]\n[memory.owletto]\nmcp_url = 'x'";
    assert_eq!(codes(&problems(old)), ["~old-memory-table 2:9", "unknown-key 3:1"]);
}

#[test]
fn texts_that_are_not_toml_have_one_problem() {
    let table = [
        ("[agents]\nx = ", "toml-syntax 2:5"),
        ("[agents]\n[agents]", "duplicate-key 2:2"),
        ("[agents.a]\nname = 'a'\nname = 'b'", "duplicate-key 3:1"),
        ("a = 1\na.b = 2", "duplicate-key 2:1"),
        ("x = 9223372036854775808", "unsafe-integer 1:5"),
        ("x = yes", "toml-syntax 1:5"),
        ("x = 'ä", "toml-syntax 1:7"),
        ("x = {", "toml-syntax 1:6"),
        ("x = \"\"\"\n\\q", "toml-syntax 2:3"),
        ("x = 1979-99-99", "toml-syntax 1:5"),
    ];
    for (text, expected) in table {
        let (config, problems) = read(&ALL, text, "lobu.toml", ReadOptions::default());
        assert_eq!((config, codes(&problems)), (None, vec![expected.to_owned()]), "{text}");
    }
}

#[test]
fn all_problems_are_found_in_one_pass_by_place() {
    let text = "[agents.A]\nnam = 'x'\nproviders = 1\n[memory]\norg = '-'\nx = 1\n[target]\n";
    let expected = [
        "missing-key 1:1",
        "missing-key 1:1",
        "bad-agent-id 1:9",
        "unknown-key 2:1",
        "wrong-type 3:13",
        "bad-org 5:7",
        "unknown-key 6:1",
        "unknown-key 7:2",
    ];
    assert_eq!(codes(&problems(text)), expected);
}

#[test]
fn ids_collide_within_and_across_agents() {
    let platform = |agent: &str, rest: &str| format!("[[agents.{agent}.platforms]]\n{rest}\nconfig = {{}}\n");
    let agents = "[agents.abc]\nname = 'A'\ndir = 'a'\n[agents.abc-slack]\nname = 'B'\ndir = 'b'\n";
    let table = [
        (platform("abc", "type = 'slack'"), platform("abc", "type = 'slack'"), "duplicate-platform 11:8"),
        (
            platform("abc", "type = 'slack'\nname = 'x-y'"),
            platform("abc", "type = 'slack'\nname = 'x--y'"),
            "platform-id-collision 13:8",
        ),
        (
            platform("abc", "type = 'slack'\nname = 'slack-teams'"),
            platform("abc-slack", "type = 'slack'\nname = 'teams'"),
            "platform-id-collision 13:8",
        ),
        (
            platform("abc", "type = 'slack'"),
            platform("abc-slack", "type = 'teams'\nid = 'abc-slack'"),
            "platform-id-collision 12:6",
        ),
    ];
    for (first, second, expected) in table {
        assert_eq!(codes(&problems(&format!("{agents}{first}{second}"))), [expected], "{second}");
    }
}

#[test]
fn hints_name_the_nearest_key_of_the_same_level() {
    let table = [
        ("naem = 'x'", "did you mean `name`?"),
        ("gaurdrails = []", "did you mean `guardrails`?"),
        ("tools.preApproved = []", "did you mean `pre_approved`?"),
        ("network.allow = []", "did you mean `allowed`?"),
        ("network.deny = []", "did you mean `denied`?"),
        ("platforms = [{ type = 'Slack', config = {} }]", "did you mean `slack`?"),
        ("platforms = [{ type = 'slack', config = { a = 1 } }]", "put the value in quotes"),
        ("tools.pre_aproved = []", "did you mean `pre_approved`?"),
        ("egress.zzz = 1", "known keys: extra_policy, judge_model"),
        ("nix_packages = []", "packages belong in `worker.nix_packages`"),
        ("connections = []", "write `[[agents.abc.platforms]]`"),
        ("watchers = []", "declare watchers in model files: `type: watcher` with `agent: abc`"),
    ];
    for (line, hint) in table {
        assert_eq!(problems(&agent(line))[0].hint.as_deref(), Some(hint), "{line}");
    }
}

#[test]
fn unknown_keys_and_types_can_be_allowed_but_nothing_else() {
    let text = agent("naem = 1\nconnections = []\nplatforms = [{ type = 'irc', config = {}, x = 1 }]");
    let (config, problems) = read(&ALL, &text, "lobu.toml", lenient());
    let expected = ["~unknown-key 4:1", "renamed-connections 5:1", "~unknown-platform-type 6:23", "~unknown-key 6:43"];
    assert_eq!(codes(&problems), expected);
    assert_eq!(config.unwrap().agents[0].platforms[0].platform_type.as_str(), "irc");
}

#[test]
fn excerpts_mark_the_place() {
    let problem = &problems(&agent("network = { allowed = ['abc.example'], naem = 1 } # ä"))[0];
    let excerpt = problem.excerpt.as_ref().unwrap();
    assert_eq!(excerpt.line, "network = { allowed = ['…'], naem = 1 } # ä");
    assert_eq!(excerpt.line.chars().skip(excerpt.start).take(excerpt.length).collect::<String>(), "naem");
    let problem = &problems(&agent("platforms = [{ type = 'slak', config = { a = 'b' } }]"))[0];
    assert_eq!(problem.excerpt.as_ref().unwrap().line, "platforms = [{ type = 'slak', config = { a = '…' } }]");
}

#[test]
fn families_tell_what_a_problem_stops() {
    use crate::model::Family;
    let table = [
        (agent("x = 1"), Family::Agents),
        ("[agents]\n[memory]\nx = 1".to_owned(), Family::Memory),
        ("[agents]\n[memory]\norg = ''".to_owned(), Family::Project),
        ("x = ".to_owned(), Family::Project),
    ];
    for (text, family) in table {
        assert_eq!(problems(&text)[0].family, family, "{text}");
    }
}

#[test]
fn floods_of_problems_are_cut_off_and_counted() {
    let lines: Vec<String> = (0..5_000).map(|number| format!("unknown{number} = 1\n")).collect();
    let problems = problems(&format!("{}[agents]\n", lines.concat()));
    assert_eq!(problems.len(), 1_001);
    let last = problems.last().unwrap();
    assert_eq!((last.code, last.severity), ("too-many-problems", Severity::Error));
    assert_eq!(last.message, "4000 more problems (not shown)");
}

#[test]
fn deep_nesting_is_refused_or_read_without_overflow() {
    let deep = format!("x = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(codes(&problems(&deep)).len(), 1);
    let braces = "{a=".repeat(100_000);
    assert_eq!(codes(&problems(&format!("x = {braces}"))).len(), 1);
    let dots = vec!["a"; 100_000].join(".");
    assert_eq!(codes(&problems(&format!("{dots} = 1"))).len(), 1);
    assert_eq!(codes(&problems(&format!("[{dots}]"))).len(), 1);
    // As deep as the parser lets anything get: each of 78 inline tables below 79 dotted keys.
    let key = vec!["guardrails_inline"; 79].join(".");
    let most = format!("[agents.abc]\nname = 'A'\ndir = 'a'\n{}1{}", format!("{key} = {{").repeat(78), "}".repeat(78));
    drop(problems(&most.replace("{1", "{")));
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,80}") {
        drop(problems(&text));
    }

    #[test]
    fn toml_like_texts_are_read_without_panic(
        text in "(agents|abc|memory|owletto|providers|platforms|skills|mcp|network|name|\\[|\\]|\\{|\\}|=|\\.|,|\n|'|\"|1|ä| ){0,40}"
    ) {
        drop(problems(&text));
    }

    #[test]
    fn random_unknown_keys_are_reported_and_never_panic(
        key in "[a-zA-Z0-9_ä.'\"-]{1,20}",
        value in prop::sample::select(vec!["1", "'x'", "[]", "{}", "[{a=1}]", "1.5", "true"]),
    ) {
        for text in [agent(&format!("{key} = {value}")), format!("{key} = {value}\n[agents]\n")] {
            for problem in problems(&text) {
                prop_assert!(problem.position.is_some());
            }
        }
    }
}
