//! What people see on terminals of 80 and 120 columns: each snapshot was read as a reader would.

use crate::support::env::TestEnv;
use crate::support::snapshots::assert_snapshot_file;
use crate::support::terminal::Terminal;

/// A project in an org of this machine, with a home whose path is always as long.
struct Desk {
    env: TestEnv,
}

impl Desk {
    fn new() -> Self {
        let env = TestEnv::new();
        env.copy_fixture("support-desk");
        Self { env }
    }

    /// The org has everything, and then the files change.
    fn edited() -> Self {
        let desk = Self::new();
        desk.run(&["apply", "--yes"]);
        let toml = desk.env.read("lobu.toml");
        desk.env.write("lobu.toml", toml.replacen("allowed = [", "allowed = [\"*\", ", 1));
        let soul = desk.env.read("agents/front-desk/SOUL.md");
        desk.env.write("agents/front-desk/SOUL.md", format!("{soul}\nAlways be polite.\n"));
        desk
    }

    fn run(&self, arguments: &[&str]) {
        self.env.lobu([arguments, &["-c", "local", "--org", "dev"]].concat()).expect_code(0);
    }

    /// What a command shows at both widths, one after the other; the keys are typed at its question.
    fn screens(&self, arguments: &[&str], question: Option<(&str, &str)>) -> String {
        let screen_at = |columns: u16| {
            let arguments = [arguments, &["-c", "local", "--org", "dev", "--color", "never"]].concat();
            let mut terminal = Terminal::start_wide(&self.env, &arguments, "", columns);
            if let Some((text, keys)) = question {
                terminal.drive(&[(text, keys)]);
            }
            let (code, screen) = terminal.end();
            let screen = self.plain(&screen);
            for line in screen.lines() {
                let width = line.chars().count();
                assert!(width <= usize::from(columns) || line.contains('/'), "{width} columns: {line}");
            }
            format!("## {columns} columns, exit {}\n{screen}\n", code.unwrap_or(-1))
        };
        [80, 120].map(screen_at).concat()
    }

    /// A screen without what moves the cursor, and with one word for what differs from run to run.
    fn plain(&self, screen: &str) -> String {
        let home = self.env.home();
        let root = home.parent().expect("a directory").display().to_string();
        let text = console::strip_ansi_codes(screen).replace("\r\n", "\n").replace('\r', "\n").replace(&root, "[ROOT]");
        let mut lines: Vec<String> = Vec::new();
        for line in text.lines().map(str::trim_end) {
            // A bar is drawn again and again.
            let is_bar = line.starts_with("Applying [") || line.starts_with("Reading ");
            // An answered question is drawn once more.
            let is_double = lines.last().is_some_and(|last| last == line);
            if is_bar || is_double {
                continue;
            }
            lines.push(without_times(line));
        }
        lines.join("\n").trim().to_owned() + "\n"
    }
}

/// A line with `0.0s` for a time at its end, and one id for all.
fn without_times(line: &str) -> String {
    let line = match line.rsplit_once("  ") {
        Some((before, time)) if line.starts_with('✓') && time.ends_with('s') => format!("{before}  0.0s"),
        _ => line.to_owned(),
    };
    match line.split_once("   id ") {
        Some((before, _)) => format!("{before}   id [ID]"),
        None => line,
    }
}

#[test]
fn a_plan_on_a_terminal() {
    assert_snapshot_file!("screen-plan-create", Desk::new().screens(&["plan"], None));
    assert_snapshot_file!("screen-plan-update", Desk::edited().screens(&["plan"], None));
}

#[test]
fn an_apply_on_a_terminal() {
    let desk = Desk::edited();
    let screens = desk.screens(&["apply"], Some(("[y/N]", "n\r")));
    assert_snapshot_file!("screen-apply-declined", screens);
    let terminal =
        Terminal::start(&desk.env, &["apply", "-c", "local", "--org", "dev", "--color", "never", "--yes"], "");
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(0), "{screen}");
    assert_snapshot_file!("screen-apply", desk.plain(&screen));
}

#[test]
fn a_pull_and_a_drift_on_a_terminal() {
    let desk = Desk::edited();
    assert_snapshot_file!("screen-pull", desk.screens(&["pull"], Some(("[N/y", "q"))));
    assert_snapshot_file!("screen-drift", desk.screens(&["drift"], None));
    let toml = desk.env.read("lobu.toml");
    let without = toml.lines().filter(|line| !line.starts_with("allowed =")).collect::<Vec<_>>().join("\n");
    desk.env.write("lobu.toml", without + "\n");
    assert_snapshot_file!("screen-drift-undeclared", desk.screens(&["drift", "--all"], None));
}

#[test]
fn a_push_and_a_doctor_on_a_terminal() {
    let desk = Desk::edited();
    desk.env.write(".env", "ANTHROPIC_API_KEY=made-up-value-of-a-key\n");
    assert_snapshot_file!("screen-secrets-push", desk.screens(&["secrets", "push"], Some(("[N/y", "n"))));
}
