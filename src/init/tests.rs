use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use proptest::prelude::*;

use crate::desired::desired_state;
use crate::model::{AgentId, OrgSlug, SecretName};
use crate::project::config::ReadOptions;
use crate::project::directory::ProjectDirectory;
use crate::project::read_project;
use crate::schema::ALL;
use crate::schema::kinds::platform;

use super::*;

fn blueprint() -> Blueprint {
    Blueprint {
        name: "Acme".to_owned(),
        org: None,
        agent: AgentId::parse("front-desk").unwrap(),
        provider: "anthropic".to_owned(),
        platforms: Vec::new(),
        memory: false,
    }
}

/// What is said of a project of these files, and the secrets that it refers to.
fn read(files: &[NewFile]) -> (Vec<String>, Vec<String>) {
    let place = tempfile::tempdir().unwrap();
    let directory = ProjectDirectory::open(place.path(), &[]).unwrap();
    let texts = files.iter().map(|file| (file.path.clone(), Some(file.text.clone()))).collect();
    let (project, found) = read_project(&ALL, &directory.with_overlay(texts).unwrap(), ReadOptions::default());
    let said = found.iter().map(|found| format!("{}: {}", found.code, found.message)).collect();
    let secrets = desired_state(&project.unwrap()).references().into_keys().map(|name| name.to_string()).collect();
    (said, secrets)
}

fn text<'a>(files: &'a [NewFile], path: &str) -> &'a str {
    &files.iter().find(|file| file.path == path).unwrap().text
}

#[test]
fn nothing_is_said_of_a_new_project() {
    for platforms in [vec![], vec!["telegram"], platform::TYPES.to_vec()] {
        for memory in [false, true] {
            for org in [None, Some(OrgSlug::parse("acme").unwrap())] {
                for provider in ["anthropic", "z.ai", "llm2-gateway"] {
                    let provider = provider_of(provider).unwrap();
                    let files =
                        Blueprint { platforms: platforms.clone(), memory, org: org.clone(), provider, ..blueprint() }
                            .files();
                    assert_eq!(read(&files).0, Vec::<String>::new(), "{}", text(&files, "lobu.toml"));
                }
            }
        }
    }
}

#[test]
fn each_platform_has_its_own_secrets() {
    let files = Blueprint { platforms: platform::TYPES.to_vec(), ..blueprint() }.files();
    let names = read(&files).1;
    let basic: usize =
        platform::TYPES.map(|name| platform::config_keys(name).filter(|key| key.is_basic).count()).iter().sum();
    assert_eq!(names.len(), basic + 1, "{names:?}");
    for name in ["ANTHROPIC_API_KEY", "TELEGRAM_BOT_TOKEN", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "TEAMS_APP_ID"] {
        assert!(names.iter().any(|found| found == name), "{name}: {names:?}");
    }
    for name in platform::TYPES {
        assert!(platform::config_keys(name).any(|key| key.is_basic), "{name}");
    }
}

#[test]
fn a_project_is_pinned_with_and_without_memory() {
    for memory in [false, true] {
        let files = Blueprint { org: OrgSlug::parse("acme").ok(), memory, ..blueprint() }.files();
        let place = tempfile::tempdir().unwrap();
        let directory = ProjectDirectory::open(place.path(), &[]).unwrap();
        let texts = files.iter().map(|file| (file.path.clone(), Some(file.text.clone()))).collect();
        let (project, _) = read_project(&ALL, &directory.with_overlay(texts).unwrap(), ReadOptions::default());
        let config = project.unwrap().config;
        assert_eq!(config.org_pin().map(|pin| pin.value.as_str()), Some("acme"));
        assert_eq!(config.memory_enabled(), memory);
    }
}

#[test]
fn what_no_project_can_be_made_of_is_refused() {
    for text in ["", " ", "a\nb", "a\u{1b}[2Jb", &"x".repeat(101)] {
        assert_eq!(title_of(text), Err(InvalidBlueprint::Name), "{text:?}");
    }
    assert_eq!(title_of(" Müller & \"Söhne\" ").as_deref(), Ok("Müller & \"Söhne\""));
    for text in ["", "1st", "Anthropic", "a b", "a/b", "ä", "-a", "a\"", &"x".repeat(61)] {
        assert!(provider_of(text).is_err(), "{text:?}");
    }
}

#[test]
fn an_example_has_all_files_of_its_directory_and_nothing_is_said_of_it() {
    fn below(directory: &Path, root: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, root, found);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    for example in &EXAMPLES {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects").join(example.name);
        let mut found = BTreeSet::new();
        below(&root, &root, &mut found);
        let files = example.files();
        assert_eq!(files.iter().map(|file| file.path.clone()).collect::<BTreeSet<_>>(), found);
        assert_eq!(files.last().map(|file| file.path.as_str()), Some("lobu.toml"));
        assert_eq!(read(&files).0, Vec::<String>::new());
    }
}

fn one(file: NewFile, before: Option<&str>) -> Result<Option<String>, TakenFiles> {
    let decided = changes(vec![file], |_| Ok::<_, Infallible>(before.map(str::to_owned)));
    let Ok(decided) = decided;
    Ok(decided?.into_iter().next().map(|change| change.after))
}

#[test]
fn what_is_there_stays() {
    let file = |merge| NewFile { path: "a".to_owned(), text: "<mark>\nx\n".to_owned(), merge };
    let table = [
        (Merge::Whole, None, Ok(Some("<mark>\nx\n"))),
        (Merge::Whole, Some("<mark>\nx\n"), Ok(None)),
        (Merge::Whole, Some("y"), Err(())),
        (Merge::Kept, Some("y"), Ok(None)),
        (Merge::Kept, None, Ok(Some("<mark>\nx\n"))),
        (Merge::Section("<mark>"), Some("y"), Ok(Some("y\n\n<mark>\nx\n"))),
        (Merge::Section("<mark>"), Some(""), Ok(Some("<mark>\nx\n"))),
        (Merge::Section("<mark>"), Some("y\n <mark>\nold\n"), Ok(None)),
        (Merge::Section("<mark>"), Some("y\r\n"), Ok(Some("y\r\n\r\n<mark>\r\nx\r\n"))),
        (Merge::Names, Some("y"), Ok(None)),
    ];
    for (merge, before, after) in table {
        let found = one(file(merge), before).map_err(drop);
        assert_eq!(found, after.map(|after| after.map(str::to_owned)), "{merge:?} {before:?}");
    }
}

#[test]
fn rules_that_later_ones_overrule_are_written_again() {
    let gitignore = around(&BTreeSet::new(), "{}", None).remove(0);
    let block = gitignore.text.clone();
    let table = [
        ("target\n", Some(format!("target\n{block}"))),
        (".env\n!.env\n", Some(format!(".env\n!.env\n{block}"))),
        ("!.env.example\r\n", Some(format!("!.env.example\r\n{}", block.replace('\n', "\r\n")))),
        (".env\n.env.*\ntarget\n!.env.example\n", None),
    ];
    for (before, after) in table {
        assert_eq!(one(gitignore.clone(), Some(before)).unwrap(), after, "{before:?}");
    }
}

#[test]
fn a_name_that_has_a_value_is_not_written_again() {
    let secrets = BTreeSet::from(["A_KEY", "B_KEY"].map(|name| SecretName::parse(name).unwrap()));
    let example = around(&secrets, "{}", None).pop().unwrap();
    let table = [
        ("A_KEY=yours\nexport B_KEY = 'x'\n", None),
        ("\u{feff}A_KEY=\n# B_KEY=\n", Some("\u{feff}A_KEY=\n# B_KEY=\nB_KEY=\n".to_owned())),
        ("OTHER=1", Some("OTHER=1\nA_KEY=\nB_KEY=\n".to_owned())),
    ];
    for (before, after) in table {
        assert_eq!(one(example.clone(), Some(before)).unwrap(), after, "{before:?}");
    }
}

proptest! {
    #[test]
    fn nothing_of_a_file_is_lost_and_a_second_time_there_is_nothing_to_do(before in "[ a-c#\n!.]{0,40}") {
        let secrets = BTreeSet::from([SecretName::parse("BOT_TOKEN").unwrap()]);
        for file in around(&secrets, "{}", Some("{}")) {
            let after = one(file.clone(), Some(&before)).unwrap().unwrap_or_else(|| before.clone());
            prop_assert!(after.starts_with(&before));
            prop_assert_eq!(one(file, Some(&after)), Ok(None));
        }
    }
}

#[test]
fn a_template_is_copied_without_values() {
    let place = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let copied = || {
        let directory = ProjectDirectory::open(place.path(), &[]).unwrap();
        let files = template(&directory, &["./secrets/work".to_owned()]).map_err(|error| error.to_string())?;
        Ok::<_, String>(files.into_iter().map(|file| (file.path, file.text)).collect::<Vec<_>>())
    };
    write("agents/a/SOUL.md", "soul");
    assert_eq!(copied(), Err("there is no lobu.toml in it".to_owned()));
    write("lobu.toml", "[agents]\n");
    let left_out = [
        ".env",
        ".env.production",
        ".ENV",
        ".env.local",
        ".envrc",
        ".env~",
        ".env.d/x",
        ".ENV.EXAMPLE",
        "work.env",
        "secrets/work",
        "module/.git",
        ".git/config",
        "node_modules/x/index.js",
    ];
    for path in left_out {
        write(path, "SECRET=hunter2");
    }
    write(".env.example", "BOT_TOKEN=\n");
    let found = copied().unwrap();
    let expected = [(".env.example", "BOT_TOKEN=\n"), ("agents/a/SOUL.md", "soul"), ("lobu.toml", "[agents]\n")];
    assert_eq!(found, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let outside = tempfile::NamedTempFile::new().unwrap();
    symlink(outside.path(), place.path().join("link")).unwrap();
    assert!(copied().is_err());
    fs::remove_file(place.path().join("link")).unwrap();
    for target in [".", ".env"] {
        symlink(target, place.path().join("link")).unwrap();
        assert_eq!(copied(), Err("`link` is a symlink".to_owned()));
        fs::remove_file(place.path().join("link")).unwrap();
    }
    fs::create_dir_all(place.path().join("d/".repeat(40))).unwrap();
    assert_eq!(copied(), Err("its directories are more than 32 deep".to_owned()));
    fs::remove_dir_all(place.path().join("d")).unwrap();
    fs::write(place.path().join("picture.png"), [0xff, 0xd8]).unwrap();
    assert!(copied().is_err_and(|error| error.contains("picture.png")));
}

#[test]
fn a_schema_line_comes_once() {
    let once = schema_line("[agents]\n");
    assert_eq!(once, "#:schema ./.lobu/lobu-toml.schema.json\n[agents]\n");
    assert_eq!(schema_line(&once), once);
    assert_eq!(schema_line("  #:schema other.json\n"), "  #:schema other.json\n");
    let marked = schema_line("\u{feff}[agents]\n");
    assert_eq!(marked, format!("\u{feff}{once}"));
    assert_eq!(schema_line(&marked), marked);
}

#[test]
fn what_is_around_a_project_ignores_values_and_names_secrets() {
    let secrets = BTreeSet::from(["B", "A"].map(|name| SecretName::parse(name).unwrap()));
    let files = around(&secrets, "{}", None);
    let texts: BTreeMap<&str, &str> = files.iter().map(|file| (&*file.path, &*file.text)).collect();
    assert!(texts[".gitignore"].starts_with(".env\n"));
    assert!(texts[".env.example"].ends_with("\nA=\nB=\n"));
    assert!(!around(&BTreeSet::new(), "{}", None).iter().any(|file| file.path == ".env.example"));
}

#[test]
fn workflows_say_where_the_project_is() {
    let plain = github_workflows("");
    assert!(plain.iter().all(|file| file.text.matches("\n  PROJECT: .\n").count() == 1));
    for file in github_workflows("a \"b\"/c") {
        assert!(file.path.starts_with(".github/workflows/lobu-"), "{}", file.path);
        assert!(file.text.contains("\n  PROJECT: \"a \\\"b\\\"/c\"\n"), "{}", file.text);
    }
}
