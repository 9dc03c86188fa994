//! A project in an org of this machine, and what commands show of it.

use crate::support::env::TestEnv;
use crate::support::terminal::Terminal;

/// The widths that people have.
const WIDTHS: [u16; 2] = [80, 120];

/// The target of what runs in a desk.
const LOCAL: [&str; 4] = ["-c", "local", "--org", "dev"];

/// A project in an org of this machine, with a home whose path is always as long.
pub(super) struct Desk {
    pub(super) env: TestEnv,
}

impl Desk {
    /// The project, and an org without anything.
    pub(super) fn new() -> Self {
        let env = TestEnv::new();
        env.copy_fixture("support-desk");
        Self { env }
    }

    /// The org has everything, and then the files change.
    pub(super) fn edited() -> Self {
        let desk = Self::new();
        desk.run(&["apply", "--yes"]);
        let toml = desk.env.read("lobu.toml");
        desk.env.write("lobu.toml", toml.replacen("allowed = [", "allowed = [\"*\", ", 1));
        let soul = desk.env.read("agents/front-desk/SOUL.md");
        desk.env.write("agents/front-desk/SOUL.md", format!("{soul}\nAlways be polite.\n"));
        desk
    }

    /// Runs a command that goes well.
    #[track_caller]
    pub(super) fn run(&self, arguments: &[&str]) {
        self.env.lobu([arguments, &LOCAL].concat()).expect_code(0);
    }

    /// What a command shows at both widths, one after the other; the keys are typed at its questions.
    #[track_caller]
    pub(super) fn screens(&self, arguments: &[&str], steps: &[(&str, &str)]) -> String {
        let arguments = [arguments, &LOCAL].concat();
        WIDTHS.map(|columns| screen(&self.env, &arguments, steps, columns)).concat()
    }
}

/// The same of a command that changes something: at each width in a desk of its own.
#[track_caller]
pub(super) fn screens_of(make: impl Fn() -> Desk, arguments: &[&str], steps: &[(&str, &str)]) -> String {
    let arguments = [arguments, &LOCAL].concat();
    WIDTHS.map(|columns| screen(&make().env, &arguments, steps, columns)).concat()
}

/// What a command shows at one width. The arguments name the target.
#[track_caller]
pub(super) fn screen(env: &TestEnv, arguments: &[&str], steps: &[(&str, &str)], columns: u16) -> String {
    let arguments = [arguments, &["--color", "never"]].concat();
    let mut terminal = Terminal::start_wide(env, &arguments, "", columns);
    terminal.drive(steps);
    let (code, screen) = terminal.end();
    let screen = plain(env, &screen);
    for line in screen.lines() {
        let width = line.chars().count();
        assert!(width <= usize::from(columns) || line.contains('/'), "{width} columns: {line}");
    }
    format!("## {columns} columns, exit {}\n{screen}\n", code.unwrap_or(-1))
}

/// A screen without what moves the cursor, and with one word for what differs from run to run.
fn plain(env: &TestEnv, screen: &str) -> String {
    let home = env.home();
    let root = home.parent().expect("a directory").display().to_string();
    let text = console::strip_ansi_codes(screen).replace("\r\n", "\n").replace('\r', "\n").replace(&root, "[ROOT]");
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        // A bar is drawn again and again.
        let is_bar = line.starts_with("Applying [") || line.starts_with("Reading ");
        // The name of a log has the time in it.
        if is_bar || line.starts_with("Log: ") {
            continue;
        }
        // An answered question is drawn once more, in the place of the open one.
        let question = lines.last().and_then(|last| last.strip_suffix(" [y/N]"));
        if question.is_some_and(|question| line.starts_with(question)) || lines.last().is_some_and(|last| last == line)
        {
            lines.pop();
        }
        lines.push(without_what_varies(line));
    }
    lines.join("\n").trim().to_owned() + "\n"
}

/// A line with `0.0s` for a time at its end, and one text for all ids and fingerprints.
pub(super) fn without_what_varies(line: &str) -> String {
    let line = match line.rsplit_once("  ") {
        Some((before, time)) if line.starts_with('✓') && time.ends_with('s') => format!("{before}  0.0s"),
        _ => line.to_owned(),
    };
    if let Some((before, id)) = line.split_once("   id ")
        && id.chars().all(|digit| digit.is_ascii_hexdigit())
    {
        return format!("{before}   id [ID]");
    }
    let is_fingerprint =
        |word: &str| word.len() == 4 && word.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'));
    line.split(' ').map(|word| if is_fingerprint(word) { "[FP]" } else { word }).collect::<Vec<_>>().join(" ")
}
