use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{Family, Severity};
use crate::project::directory::ProjectDirectory;
use crate::project::limits::Limits;
use crate::project::report::Report;

fn read_files(files: &[(&str, &str)]) -> SkillSet {
    let temporary = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = temporary.path().join("skills").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    read_skills(&ProjectDirectory::open(temporary.path(), &[]).unwrap(), "skills")
}

fn names(set: &SkillSet) -> Vec<&str> {
    set.skills.iter().map(|skill| skill.name.as_str()).collect()
}

/// `file:line:column severity code`, one a line.
fn places(set: &SkillSet) -> Vec<String> {
    let shown = set.diagnostics.iter().map(|found| {
        let position = found.position.clone().unwrap();
        format!("{}:{}:{} {:?} {}", position.file, position.line, position.column, found.severity, found.code)
    });
    shown.collect()
}

fn skill_of(frontmatter: &str) -> (Option<Arc<Skill>>, Vec<String>) {
    let set = read_files(&[("s/SKILL.md", &format!("---\n{frontmatter}\n---\nbody"))]);
    let places = places(&set).iter().map(|place| place.replace("skills/s/SKILL.md:", "")).collect();
    (set.skills.first().cloned(), places)
}

#[track_caller]
fn clean(frontmatter: &str) -> Arc<Skill> {
    let (skill, places) = skill_of(frontmatter);
    assert_eq!(places, Vec::<String>::new(), "{frontmatter}");
    skill.unwrap()
}

#[test]
fn servers_of_skills_are_checked_like_those_of_lobu_toml() {
    for (line, expected) in [
        ("args: ['--api-key', Zq8Secret]", "Warning literal-secret"),
        ("command: npx server --token=Zq8Secret", "Warning literal-secret"),
        ("url: 'https://host/mcp?api_key=Zq8Secret'", "Warning literal-secret"),
        ("args: ['--token=$TOKEN']", "Warning near-reference"),
        ("url: 'https://${HOST}/mcp'", "Warning near-reference"),
        ("args: [a, '***oken']", "Error masked-value"),
        ("args: ['secret://dev/user/A']", "Error reference-not-read"),
    ] {
        let (_, places) = skill_of(&format!("mcpServers:\n  m:\n    {line}"));
        assert_eq!(places.len(), 1, "{line}: {places:?}");
        assert!(places[0].ends_with(expected), "{line}: {places:?}");
    }
    clean("mcpServers:\n  m:\n    url: 'https://host/mcp?page=1'\n    args: [-y, '${env:TOKEN}']");
}

#[test]
fn entries_of_a_skills_directory_are_told_apart() {
    let set = read_files(&[
        ("dir/SKILL.md", "---\nname: named\n---\nbody\n"),
        ("plain.md", "---\nname: ignored\n---\nbody\n"),
        (".hidden/SKILL.md", "hidden"),
        ("none/README.md", "no skill"),
        ("notes.txt", "no skill"),
        ("UPPER.MD", "no skill"),
        ("blank/SKILL.md", " \n"),
    ]);
    assert_eq!(names(&set), [".hidden", "named", "plain"]);
    assert_eq!(set.skills[1].repo, "local/named");
    assert_eq!(set.skills[1].content, "body");
    assert_eq!(set.skills[1].position.file, "skills/dir/SKILL.md");
    assert_eq!(set.skills[2].content, "---\nname: ignored\n---\nbody");
    let warnings = ["skills/UPPER.MD:0:0 Warning misspelled-file", "skills/blank/SKILL.md:0:0 Warning blank-skill"];
    assert_eq!(places(&set), warnings);
}

#[test]
fn a_missing_directory_holds_no_skills() {
    let set = read_files(&[]);
    assert!(set.skills.is_empty() && set.diagnostics.is_empty());
}

#[test]
fn a_later_skill_replaces_the_content_and_keeps_the_place() {
    let shared = read_files(&[("a.md", "shared a"), ("b.md", "shared b")]);
    let own = read_files(&[("a.md", "own a"), ("c.md", "own c")]);
    let skills = combine(&shared.skills, &own.skills);
    let shown: Vec<(&str, &str)> = skills.iter().map(|skill| (skill.name.as_str(), skill.content.as_str())).collect();
    assert_eq!(shown, [("a", "own a"), ("b", "shared b"), ("c", "own c")]);
    let twice = read_files(&[("a.md", "first"), ("b.md", "b"), ("c/SKILL.md", "---\nname: a\n---\nsecond")]);
    assert_eq!(names(&twice), ["a", "b"]);
    assert_eq!(twice.skills[0].content, "second");
    assert_eq!(places(&twice), ["skills/c/SKILL.md:0:0 Warning duplicate-skill"]);
}

#[test]
fn frontmatter_is_read_whole() {
    let skill = clean(
        "name: s\ndescription: D\nnixPackages: [jq, git]\nnetwork:\n  allow: ['*.GitHub.com', '*', '']\n  deny: [X.com, x.com]\n  \
         judge:\n    - '*.Y.com'\n    - {domain: Z.com, judge: strict}\njudges: {strict: be strict}\nmcpServers:\n  docs: \
         {url: 'https://d', type: sse}\n  local: {command: run, args: [-x]}",
    );
    assert_eq!(skill.description, Some("D".to_owned()));
    assert_eq!(skill.nix_packages, Some(vec!["jq".to_owned(), "git".to_owned()]));
    let network = skill.network.clone().unwrap();
    assert_eq!(network.allow, Some(vec![".github.com".to_owned(), "*".to_owned()]));
    assert_eq!(network.deny, Some(vec!["x.com".to_owned()]));
    let judged = [(".y.com", None), ("z.com", Some("strict"))]
        .map(|(domain, judge)| JudgedDomain { domain: domain.to_owned(), judge: judge.map(str::to_owned) });
    assert_eq!(network.judge, Some(judged.to_vec()));
    assert_eq!(network.judges["strict"], "be strict");
    assert_eq!(skill.mcp_servers[0].url, Some("https://d".to_owned()));
    assert_eq!(skill.mcp_servers[0].transport, Some("sse".to_owned()));
    assert_eq!(skill.mcp_servers[1].args, Some(vec!["-x".to_owned()]));
}

#[test]
fn lists_and_texts_have_three_states() {
    let absent = clean("name: s");
    assert!(absent.description.is_none() && absent.nix_packages.is_none() && absent.network.is_none());
    let empty =
        clean("description: ''\nnixPackages: []\nnetwork: {allow: [], deny: [' ']}\nmcpServers: {x: {args: []}}");
    assert_eq!((empty.description.as_deref(), empty.nix_packages.as_deref()), (Some(""), Some([].as_slice())));
    let network = empty.network.clone().unwrap();
    assert_eq!((network.allow, network.deny, network.judge), (Some(vec![]), Some(vec![]), None));
    assert_eq!(empty.mcp_servers[0].args, Some(vec![]));
    assert_eq!(clean("judges: {}").network, Some(SkillNetwork::default()));
    let (skill, places) = skill_of("description: null\nnetwork:");
    assert!(skill.unwrap().network.is_none());
    assert_eq!(places, ["2:1 Warning null-is-absent", "3:1 Warning null-is-absent"]);
}

#[test]
fn names_that_are_numbers_become_text_and_falsy_ones_give_way() {
    assert_eq!(clean("name: 42").name, "42");
    assert_eq!(clean("name: 1.5").repo, "local/1.5");
    for changed in ["1.10", "1.50", "0x1F", "1e3", "+7", "007"] {
        assert_eq!(skill_of(&format!("name: {changed}")).1, ["2:7 Error wrong-type"], "{changed}");
    }
    assert_eq!(clean("name: '1.10'").repo, "local/1.10");
    assert_eq!(clean("name: ''").name, "s");
    assert_eq!(clean("name: 0").name, "s");
    assert_eq!(skill_of("name: [a]").1, ["2:7 Error wrong-type"]);
    assert_eq!(skill_of("name: true").1, ["2:7 Error wrong-type"]);
}

#[test]
fn unknown_keys_are_notes() {
    let (skill, places) = skill_of(
        "permissions: all\nnetwork: {extra: 1, judge: [{domain: a, why: b}]}\nmcpServers: {x: {headers: {a: b}}}",
    );
    assert!(skill.is_some());
    assert_eq!(
        places,
        ["3:41 Note unknown-key", "3:11 Note unknown-key", "4:18 Note unknown-key", "2:1 Note unknown-key"]
    );
}

#[test]
fn wrong_types_are_errors_with_their_place() {
    let table = [
        ("description: 1", "2:14"),
        ("nixPackages: jq", "2:14"),
        ("nixPackages: [1]", "2:15"),
        ("network: []", "2:10"),
        ("network: {allow: x}", "2:18"),
        ("network: {judge: [1]}", "2:19"),
        ("judges: {a: 1}", "2:13"),
        ("mcpServers: []", "2:13"),
        ("mcpServers: {a: x}", "2:17"),
        ("mcpServers: {a: {url: 1}}", "2:23"),
    ];
    for (frontmatter, place) in table {
        assert_eq!(skill_of(frontmatter).1, [format!("{place} Error wrong-type")], "{frontmatter}");
    }
    assert_eq!(skill_of("network: {judge: [{judge: a}]}").1, ["2:19 Error domain-missing"]);
}

#[test]
fn broken_frontmatter_is_an_error_with_its_place_and_no_content() {
    for (frontmatter, place) in [
        ("name: s\nkey: [hunter2", "3:"),
        ("name: s\ntoken: hunter2: x", "3:"),
        ("a: 1\na: hunter2", "3:1"),
        ("1: hunter2", "2:1"),
        ("a: hunter2\n...\nb: c", ""),
    ] {
        let set = read_files(&[("s/SKILL.md", &format!("---\n{frontmatter}\n---\nbody"))]);
        assert_eq!(set.diagnostics[0].severity, Severity::Error, "{frontmatter}");
        assert!(!format!("{:?}", set.diagnostics).contains("hunter2"), "{frontmatter}");
        assert!(places(&set)[0].starts_with(&format!("skills/s/SKILL.md:{place}")), "{:?}", places(&set));
    }
}

#[test]
fn blocks_that_are_no_mappings_are_no_frontmatter() {
    let skill = clean("# only a comment");
    assert_eq!((skill.name.as_str(), skill.content.as_str()), ("s", "body"));
    for block in ["just text", "- a"] {
        let (skill, places) = skill_of(block);
        assert_eq!(skill.unwrap().content, "body");
        assert_eq!(places, ["2:1 Warning frontmatter-not-a-mapping"]);
    }
    let open = read_files(&[("s/SKILL.md", "---\nname: x\nbody")]);
    assert_eq!((names(&open), open.skills[0].content.as_str()), (vec!["s"], "---\nname: x\nbody"));
    assert_eq!(open.diagnostics[0].code, "frontmatter-open");
}

#[test]
fn aliases_that_explode_end_in_an_error() {
    let bomb = format!("a: &a [x]\nb: &b [*a,*a]\nd: [{}]", "*b,".repeat(200));
    assert_eq!(skill_of(&bomb).1.len(), 1);
    assert!(skill_of(&bomb).1[0].ends_with("Error yaml-limit"));
}

#[test]
fn symlinks_are_followed_within_the_project() {
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path().join("project");
    fs::create_dir_all(root.join("skills")).unwrap();
    fs::create_dir_all(root.join("library/tool")).unwrap();
    fs::write(root.join("library/tool/SKILL.md"), "text").unwrap();
    fs::write(temporary.path().join("out.md"), "text").unwrap();
    symlink("../library/tool", root.join("skills/tool")).unwrap();
    symlink("../../out.md", root.join("skills/out.md")).unwrap();
    symlink("none", root.join("skills/.#lock")).unwrap();
    symlink("none", root.join("skills/gone.md")).unwrap();
    let set = read_skills(&ProjectDirectory::open(&root, &[]).unwrap(), "skills");
    assert_eq!(names(&set), ["tool"]);
    assert_eq!(places(&set), ["skills/gone.md:0:0 Error dangling-symlink", "skills/out.md:0:0 Error outside-project"]);
}

#[test]
fn a_file_named_only_by_its_ending_has_no_name() {
    assert_eq!(places(&read_files(&[(".md", "text")])), ["skills/.md:0:0 Error skill-name-missing"]);
}

fn arbitrary(text: &str) -> Option<Skill> {
    let mut report = Report::new("SKILL.md", Family::Agents);
    read::read(text, "s", "SKILL.md", &Limits::default().yaml, &mut report)
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        arbitrary(&text);
    }

    #[test]
    fn arbitrary_frontmatter_never_panics(text in "[a-z: \\[\\]{}\r\n0-9'-]{0,80}", key in "name|network|judges|mcpServers") {
        arbitrary(&format!("---\n{key}: {text}\n---\nbody"));
    }

    #[test]
    fn text_without_a_fence_is_kept_whole(text in "[^-]\\PC{0,80}") {
        let skill = arbitrary(&text).unwrap();
        prop_assert_eq!(skill.content, crate::model::trim(&text));
    }
}
