//! Who agrees to what a pull writes: flags where nobody can be asked, answers on a terminal.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::scene::{Scene, edit, files};
use crate::support::env::CommandOutput;
use crate::support::project::desired_of;
use crate::support::terminal::{Terminal, flat, settle};

const TOML: &str =
    "[agents.triage] # mine\nname = \"Triage\"\ndir = \"./agents/triage\"\n\n[memory]\nenabled = true\norg = \"dev\"\n";

const SOUL: &str = "agents/triage/SOUL.md";

/// A project as it was applied; then the org got another prompt and other names of three types, and things of its own.
fn scene() -> Scene {
    let scene = Scene::new();
    write_project(&scene, "old");
    scene.env.write("models/extra.yaml", "type: entity\nslug: extra\nname: Extra\n");
    let toml = format!("{TOML}\n[agents.other]\nname = \"Other\"\ndir = \"./agents/other\"\n");
    scene.env.write("lobu.toml", toml);
    scene.converge(&desired_of(&scene.env.project()), &BTreeMap::new());
    fs::remove_file(scene.env.project().join("models/extra.yaml")).expect("it goes");
    scene.env.write("lobu.toml", TOML);
    scene
}

fn write_project(scene: &Scene, word: &str) {
    scene.env.write("lobu.toml", TOML).write(SOUL, format!("First line.\nThe soul is {word}.\n"));
    for slug in ["alpha", "beta", "gamma"] {
        scene.env.write(&format!("models/{slug}.yaml"), format!("type: entity\nslug: {slug}\nname: {word} {slug}\n"));
    }
}

/// A scene whose org has four declared resources otherwise.
fn edited() -> Scene {
    let scene = scene();
    let (url, token) = (scene.served.url(), scene.served.token());
    scene.wait(edit::settings(url, "dev", token, "triage", &json!({"soulMd": "First line.\nThe soul is new."})));
    for slug in ["alpha", "beta", "gamma"] {
        let call =
            json!({"schema_type": "entity_type", "action": "update", "slug": slug, "name": format!("new {slug}")});
        scene.wait(edit::schema(url, "dev", token, &call));
    }
    scene
}

/// Runs something that writes nothing, not even a time.
#[track_caller]
fn expect_refusal(scene: &Scene, arguments: &[&str], code: i32, told: &str) -> CommandOutput {
    let before = files(&scene.env.project());
    let output = scene.run(arguments);
    output.expect_code(code);
    assert!(flat(&output.everything()).contains(told), "{told}: {output}");
    assert_eq!(files(&scene.env.project()), before, "{output}");
    output
}

/// The texts of the files with the word that tells which of them is pulled.
fn pulled(scene: &Scene) -> Vec<&'static str> {
    let names = [SOUL, "models/alpha.yaml", "models/beta.yaml", "models/gamma.yaml"];
    names.into_iter().filter(|name| scene.env.read(name).contains("new")).collect()
}

#[test]
fn where_nothing_is_to_do_nobody_is_asked() {
    let scene = scene();
    for flags in [&[][..], &["--yes"], &["--force"], &["--dry-run"]] {
        expect_refusal(&scene, &[&["pull"], flags].concat(), 0, "Nothing to pull.");
    }
    expect_refusal(&scene, &["pull", "--json", "--yes"], 0, "\"changes\": []");
}

#[test]
fn new_files_need_a_yes() {
    for flag in ["--yes", "--force"] {
        let scene = scene();
        let told = "the questions cannot be asked: this is not a terminal";
        expect_refusal(&scene, &["pull", "entity-type/extra"], 2, told);
        scene.run(&["pull", "entity-type/extra", flag]).expect_code(0);
        assert!(scene.env.read("models/extra.yaml").contains("name: Extra"));
    }
}

#[test]
fn what_is_there_is_overwritten_with_force_only() {
    let scene = edited();
    let paths = "files would be overwritten: agents/triage/SOUL.md, models/alpha.yaml, models/beta.yaml, \
                 models/gamma.yaml; nothing was written";
    expect_refusal(&scene, &["pull"], 6, paths);
    expect_refusal(&scene, &["pull", "--yes"], 6, paths);
    expect_refusal(&scene, &["pull", "--yes", "--json"], 6, "\"written\": false");
    // New files beside them do not come either.
    expect_refusal(&scene, &["pull", "--all", "--yes"], 6, "models/alpha.yaml");
    expect_refusal(&scene, &["pull", "--dry-run"], 0, "This is a dry run: nothing was written.");
    expect_refusal(&scene, &["pull", "--dry-run", "--json"], 0, "\"overwrite\"");
    scene.run(&["pull", "--force"]).expect_code(0);
    assert_eq!(pulled(&scene).len(), 4);
    assert_eq!(scene.env.read("lobu.toml"), TOML);
    expect_refusal(&scene, &["pull"], 0, "Nothing to pull.");
}

#[test]
fn json_asks_no_questions() {
    let scene = edited();
    expect_refusal(&scene, &["pull", "--json"], 2, "--json asks no questions: add --yes, --force or --dry-run");
}

#[test]
fn a_new_project_needs_an_empty_place() {
    let mut scene = scene();
    let told = "is not empty; nothing was written";
    scene.env.write("full/notes.txt", "Mine.\n");
    expect_refusal(&scene, &["pull", "--init", "full", "--yes"], 6, told);
    expect_refusal(&scene, &["pull", "--init", ".", "--yes"], 6, told);
    expect_refusal(&scene, &["pull", "--init", "full/notes.txt", "--yes"], 2, "notes.txt");
    expect_refusal(&scene, &["pull", "--init", "new"], 2, "this is not a terminal");
    scene.run(&["pull", "--init", "full", "--force"]).expect_code(0);
    assert!(scene.env.read("full/lobu.toml").contains("[agents.other]"));
    assert_eq!(scene.env.read("full/notes.txt"), "Mine.\n");
    scene.run(&["pull", "--init", "deep/er/new", "--yes"]).expect_code(0);
    assert!(scene.env.read("deep/er/new/models/extra.yaml").contains("Extra"));

    // In a directory: one with other files is no place for a project, an empty one is.
    fs::remove_dir_all(scene.env.project()).expect("the project goes");
    scene.env.write("full/notes.txt", "Mine.\n");
    fs::create_dir_all(scene.env.project().join("empty/.git")).expect("a directory");
    scene.env.work_in("full");
    expect_refusal(&scene, &["pull", "--force"], 2, "To make a project from the org: --init DIR");
    expect_refusal(&scene, &["pull", "-C", ".", "--force"], 2, "there is no lobu.toml in");
    scene.env.work_in("empty");
    expect_refusal(&scene, &["pull"], 2, "this is not a terminal");
    expect_refusal(&scene, &["drift"], 2, "lobu.toml");
    scene.run(&["pull", "--yes"]).expect_code(0);
    assert!(scene.env.read("empty/lobu.toml").contains("org = \"dev\""));
    assert!(scene.env.read("empty/models/alpha.yaml").contains("old alpha"));
}

#[test]
fn the_pin_of_a_project_stays() {
    let scene = edited();
    let before = files(&scene.env.project());
    let other = scene.env.lobu(["pull", "--force", "--url", scene.served.url(), "--org", "elsewhere"]);
    other.expect_code(4);
    assert!(other.stderr.contains("elsewhere") && other.stderr.contains("dev"), "{other}");
    assert_eq!(files(&scene.env.project()), before);
    let without = TOML.replace("org = \"dev\"\n", "");
    scene.env.write("lobu.toml", &without);
    scene.run(&["pull", "--force"]).expect_code(0);
    assert_eq!(scene.env.read("lobu.toml"), without);
}

#[test]
fn selectors_and_families_say_what_is_taken() {
    let scene = edited();
    for (arguments, message) in [
        (&["pull", "agent/nobody", "--force"][..], "nothing in the project or the org matches agent/nobody"),
        (&["pull", "agents/triage", "--force"], "is not a selector"),
        (&["pull", "--include", "agents", "--exclude", "agents", "--force"], "leave nothing to pull"),
        (&["pull", "--include", "people", "--force"], "people"),
    ] {
        expect_refusal(&scene, arguments, 2, message);
    }
    let told = "? 1 agent is not in this project (other); --all or kind/id takes it in";
    expect_refusal(&scene, &["pull", "--include", "platforms", "--force"], 0, "Nothing to pull.");
    scene.run(&["pull", "--include", "agents", "--force"]).expect_code(0);
    assert_eq!(pulled(&scene), [SOUL]);
    let output = scene.run(&["pull", "entity-type/a*", "--force"]);
    assert_eq!(pulled(&scene), [SOUL, "models/alpha.yaml"], "{output}");
    let output = scene.run(&["pull", "--exclude", "memory", "--force"]);
    assert!(output.expect_code(0).stdout.contains(told), "{output}");
    assert_eq!(pulled(&scene).len(), 2);
    scene.run(&["pull", "agent/other", "--force"]).expect_code(0);
    let toml = scene.env.read("lobu.toml");
    assert!(toml.starts_with("[agents.triage] # mine\n") && toml.contains("[agents.other]"), "{toml}");
    assert!(!scene.env.project().join("models/extra.yaml").exists());
    scene.run(&["pull", "--all", "--force"]).expect_code(0);
    assert_eq!(pulled(&scene).len(), 4);
    assert!(scene.env.project().join("models/extra.yaml").exists());
    expect_refusal(&scene, &["pull", "--all"], 0, "Nothing to pull.");
}

#[test]
fn one_file_that_may_not_be_written_stops_all() {
    for (file, mode) in [("models/gamma.yaml", 0o444), ("models", 0o555)] {
        let scene = edited();
        let path = scene.env.project().join(file);
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
        if file == "models" && fs::write(path.join("probe"), "").is_ok() {
            fs::remove_file(path.join("probe")).expect("it goes");
            crate::support::note("skipped: modes of directories do not hold for this user");
            continue;
        }
        expect_refusal(&scene, &["pull", "--force"], 1, "nothing was written");
        // Looking is another thing.
        expect_refusal(&scene, &["pull", "--dry-run"], 0, "4 update");
        expect_refusal(&scene, &["drift"], 6, "4 resources are not as the project declares them");
        fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("a mode");
    }
}

/// Runs a pull on a terminal and answers it.
fn asked(scene: &Scene, flags: &[&str], steps: &[(&str, &str)]) -> (Option<i32>, String) {
    let arguments = [&["pull"], flags, &["--color", "never", "--url", scene.served.url(), "--org", "dev"]].concat();
    let mut terminal = Terminal::start(&scene.env, &arguments, "");
    terminal.drive(steps);
    let (code, screen) = terminal.end();
    (code, flat(&screen))
}

const QUESTIONS: [&str; 4] = [
    "Change settings triage in agents/triage/SOUL.md, as org dev has it?",
    "Change entity-type alpha in models/alpha.yaml, as org dev has it?",
    "Change entity-type beta in models/beta.yaml, as org dev has it?",
    "Change entity-type gamma in models/gamma.yaml, as org dev has it?",
];

fn steps<'key>(keys: &[&'key str]) -> Vec<(&'static str, &'key str)> {
    QUESTIONS.into_iter().zip(keys.iter().copied()).collect()
}

#[test]
fn each_resource_is_asked_about() {
    for (keys, expected) in [
        (&["y", "n", "y", "\r"][..], &[SOUL, "models/beta.yaml"][..]),
        (&["n", "N", "n", "Y"], &["models/gamma.yaml"]),
        (&["n", "a"], &["models/alpha.yaml", "models/beta.yaml", "models/gamma.yaml"]),
        (&["A"], &[SOUL, "models/alpha.yaml", "models/beta.yaml", "models/gamma.yaml"]),
    ] {
        let scene = edited();
        let (code, screen) = asked(&scene, &[], &steps(keys));
        assert_eq!(code, Some(0), "{screen}");
        assert_eq!(pulled(&scene), expected, "{screen}");
        assert_eq!(scene.env.read("lobu.toml"), TOML);
    }
}

#[test]
fn quitting_and_declining_all_write_nothing() {
    for (keys, code) in
        [(&["q"][..], 7), (&["y", "y", "q"], 7), (&["n", "n", "n", "\r"], 7), (&["y", "\u{3}"], 130), (&["\u{4}"], 130)]
    {
        let scene = edited();
        let before = files(&scene.env.project());
        let (ended, screen) = asked(&scene, &[], &steps(keys));
        assert_eq!(ended, Some(code), "{screen}");
        assert!(screen.contains("nothing was written"), "{screen}");
        assert_eq!(files(&scene.env.project()), before, "{screen}");
    }
}

#[test]
fn the_whole_difference_is_shown_before_the_question_comes_again() {
    let scene = edited();
    let mut long = (0..100).map(|line| format!("Line {line}.")).collect::<Vec<_>>().join("\n") + "\n";
    scene.env.write(SOUL, &long);
    long.push_str("The last line.");
    let (url, token) = (scene.served.url(), scene.served.token());
    scene.wait(edit::settings(url, "dev", token, "triage", &json!({"soulMd": long.replace("Line", "LINE")})));
    let [soul, alpha, beta, gamma] = QUESTIONS;
    let again = format!("+LINE 99. │ +The last line. {soul}");
    let (code, screen) = asked(
        &scene,
        &[],
        &[
            (soul, "d"),
            (&again, "y"),
            (alpha, "?"),
            (alpha, "d"),
            ("name: \"old alpha\" → \"new alpha\"", "n"),
            (beta, "n"),
            (gamma, "n"),
        ],
    );
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("d diff: show the whole difference"), "{screen}");
    assert!(scene.env.read(SOUL).ends_with("LINE 99.\nThe last line.\n"));
}

#[test]
fn yes_on_a_terminal_leaves_what_would_be_overwritten_to_be_asked() {
    let scene = edited();
    let (code, screen) = asked(
        &scene,
        &["--all", "--exclude", "agents", "--yes"],
        &[(QUESTIONS[1], "n"), (QUESTIONS[2], "n"), (QUESTIONS[3], "n")],
    );
    assert_eq!(code, Some(0), "{screen}");
    assert!(scene.env.project().join("models/extra.yaml").exists(), "{screen}");
    assert_eq!(pulled(&scene), [""; 0]);
}

#[test]
fn what_is_written_while_a_question_stands_is_not_overwritten() {
    let scene = edited();
    let arguments = ["pull", "--color", "never", "--url", scene.served.url(), "--org", "dev"];
    let mut terminal = Terminal::start(&scene.env, &arguments, "");
    terminal.drive(&[(QUESTIONS[0], "y"), (QUESTIONS[1], "y"), (QUESTIONS[2], "y")]);
    terminal.wait_for("gamma.yaml, as org");
    scene.env.write("models/alpha.yaml", "type: entity\nslug: alpha\nname: mine\n");
    settle();
    terminal.press("y");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(5), "{screen}");
    assert_eq!(scene.env.read("models/alpha.yaml"), "type: entity\nslug: alpha\nname: mine\n");
    assert!(flat(&screen).contains("models/alpha.yaml"), "{screen}");
    assert_eq!(pulled(&scene), [SOUL], "what stood before it was written: {screen}");
}

#[test]
fn the_first_file_of_a_project_is_asked_about() {
    let scene = Scene::new();
    let arguments = |keys| asked(&scene, &["--init", "new"], &[("Make an empty project in", keys)]);
    let (code, screen) = arguments("n");
    assert_eq!((code, scene.env.project().join("new").exists()), (Some(7), false), "{screen}");
    let (code, screen) = arguments("y");
    assert_eq!(code, Some(0), "{screen}");
    assert!(scene.env.read("new/lobu.toml").contains("org = \"dev\""));
}
