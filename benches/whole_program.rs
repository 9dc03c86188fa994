//! Times the whole program on generated projects: wall clock and peak memory of the `lobu` process, embedded org included.
//!
//! `cargo bench --bench whole_program` prints the table of `docs/performance.md`. It needs `python3` and the generator and the
//! delay proxy of `../shared/tools`; without them it says so and measures nothing. Nothing here is asserted by a test.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints its figures and ends at the first failure"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often each command runs; the first run is a warm-up and does not count.
const RUNS: usize = 8;

struct Sample {
    wall: Duration,
    peak_kib: u64,
}

struct Workload {
    directory: PathBuf,
    project: PathBuf,
}

fn main() {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tools");
    if !tools.join("gen-project.py").exists() {
        println!("skipped: ../shared/tools is not here");
        return;
    }
    let temporary = tempfile::tempdir().expect("a temporary directory");
    println!("{:<58} {:>10} {:>10} {:>10} {:>10}", "command", "median ms", "min ms", "max ms", "peak MiB");
    version(temporary.path());
    let small = workload(temporary.path(), &tools, 100, 50, 20);
    created(&small, "100 agents, 50 + 20 types");
    planned(&small, "100 agents, 50 + 20 types");
    pulled(&small, "100 agents, 50 + 20 types");
    for (agents, entities, relationships) in [(1250, 250, 50), (2500, 500, 100), (5000, 1000, 200)] {
        let workload = workload(temporary.path(), &tools, agents, entities, relationships);
        let name = format!("{agents} agents, {entities} + {relationships} types");
        validated(&workload, &name);
        created(&workload, &name);
        planned(&workload, &name);
        if agents == 2500 {
            pulled(&workload, &name);
            with_watchers(&workload, 2_000);
            let name = format!("{name}, 2,000 watchers");
            validated(&workload, &name);
            created(&workload, &name);
            planned(&workload, &name);
        }
    }
    through_proxy(&small, &tools);
    pushed(temporary.path(), 100);
    pushed(temporary.path(), 1_000);
}

/// A push of so many new keys to an empty embedded org, and the plan of one when all of them are there.
fn pushed(root: &Path, keys: usize) {
    let directory = root.join(format!("secrets-{keys}"));
    let project = directory.join("project");
    std::fs::create_dir_all(&project).expect("a directory");
    let names: Vec<String> = (0..keys).map(|number| format!("KEY_{number:04}")).collect();
    let entries = |line: fn(&String) -> String| names.iter().map(line).collect::<String>();
    let references = entries(|name| format!("{name} = \"${name}\"\n"));
    let head = "[agents.desk]\nname = \"Desk\"\ndir = \".\"\n\n[agents.desk.skills.mcp.big]\nurl = \"https://x.example/mcp\"\n";
    let config = format!("{head}\n[agents.desk.skills.mcp.big.env]\n{references}");
    std::fs::write(project.join("lobu.toml"), config).expect("a file");
    let dotenv = entries(|name| format!("{name}=a made-up value of {name} with forty characters\n"));
    std::fs::write(project.join(".env"), dotenv).expect("a file");
    let push = |more: &str| {
        let mut command = lobu(&directory);
        command.args(["secrets", "push", more, "-c", "local", "--db"]).arg(directory.join("fresh/org.db"));
        sample(command.arg("-C").arg(&project))
    };
    let created = || {
        drop(std::fs::remove_dir_all(directory.join("fresh")));
        push("--yes")
    };
    report(&format!("secrets push to an empty org: {keys} keys"), repeated(created));
    report(&format!("secrets push --dry-run: {keys} keys"), repeated(|| push("--dry-run")));
}

fn workload(root: &Path, tools: &Path, agents: usize, entities: usize, relationships: usize) -> Workload {
    let directory = root.join(agents.to_string());
    std::fs::create_dir(&directory).expect("a directory");
    let project = directory.join("project");
    let status = Command::new("python3")
        .arg(tools.join("gen-project.py"))
        .arg(&project)
        .args(["--agents", &agents.to_string()])
        .args(["--entity-types", &entities.to_string()])
        .args(["--relationship-types", &relationships.to_string()])
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the generator ran");
    Workload { directory, project }
}

/// Adds a bundle of so many watchers of the first agent, each with a prompt of two lines, a schema and one of 120 schedules.
fn with_watchers(workload: &Workload, count: usize) {
    let config = std::fs::read_to_string(workload.project.join("lobu.toml")).expect("lobu.toml");
    let agent = config.lines().find_map(|line| line.strip_prefix("[agents.")?.strip_suffix(']')).expect("an agent");
    let watcher = |number: usize| {
        format!(
            "  - slug: watch-{number}\n    name: Watch {number}\n    agent: {agent}\n    schedule: \"{} {} * * *\"\n    \
             description: Watches number {number}\n    prompt: |\n      Look at what happened in area {number}, and list \
             what is late.\n      Say why, and who should know.\n    extraction_schema:\n      type: object\n      \
             properties:\n        items: {{type: array, items: {{type: string}}}}\n        count: {{type: integer}}\n    \
             tags: [ops]\n",
            number % 60,
            number % 24
        )
    };
    let bundle = format!("version: 2\nwatchers:\n{}", (0..count).map(watcher).collect::<String>());
    std::fs::write(workload.project.join("models/watchers.yaml"), bundle).expect("a file");
}

fn lobu(workload: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lobu"));
    command.env_clear().env("HOME", workload).env("TELEGRAM_BOT_TOKEN", "made-up").stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn version(root: &Path) {
    report("lobu --version", repeated(|| sample(lobu(root).arg("--version"))));
}

fn validated(workload: &Workload, name: &str) {
    let run = || sample(lobu(&workload.directory).args(["validate", "-C"]).arg(&workload.project));
    report(&format!("validate: {name}"), repeated(run));
}

fn created(workload: &Workload, name: &str) {
    let (fresh, seed) = (workload.directory.join("fresh"), workload.directory.join("seed"));
    let database = fresh.join("org.db");
    seed_database(workload, &seed.join("org.db"));
    let run = || {
        drop(std::fs::remove_dir_all(&fresh));
        std::fs::create_dir(&fresh).expect("a directory");
        for name in ["org.db", "org.db.key"] {
            std::fs::copy(seed.join(name), fresh.join(name)).expect("a copy");
        }
        let mut command = lobu(&workload.directory);
        command.args(["apply", "--yes", "-c", "local", "--db"]).arg(&database).arg("-C").arg(&workload.project);
        sample(&mut command)
    };
    report(&format!("apply to an empty org: {name}"), repeated(run));
}

fn planned(workload: &Workload, name: &str) {
    let run = || {
        let mut command = lobu(&workload.directory);
        command.args(["plan", "-c", "local", "--db"]).arg(workload.directory.join("fresh/org.db"));
        sample(command.arg("-C").arg(&workload.project))
    };
    report(&format!("plan, nothing to change: {name}"), repeated(run));
}

/// A pull with nothing to write, and one of a single name, which patches lobu.toml, reads the project again and compares.
fn pulled(workload: &Workload, name: &str) {
    let run = || {
        let mut command = lobu(&workload.directory);
        command.args(["pull", "--dry-run", "-c", "local", "--db"]).arg(workload.directory.join("fresh/org.db"));
        sample(command.arg("-C").arg(&workload.project))
    };
    report(&format!("pull, nothing to write: {name}"), repeated(run));
    let file = workload.project.join("lobu.toml");
    let text = std::fs::read_to_string(&file).expect("lobu.toml");
    let changed = text.replacen("\nname = \"", "\nname = \"Not ", 1);
    assert_ne!(changed, text, "an agent has a name");
    std::fs::write(&file, &changed).expect("lobu.toml");
    report(&format!("pull of one name, lobu.toml of {} lines: {name}", text.lines().count()), repeated(run));
    std::fs::write(&file, text).expect("lobu.toml");
}

/// The plan of a small project against `lobu dev`, with 80 ms of round trip between them.
fn through_proxy(workload: &Workload, tools: &Path) {
    let (port, proxy_port) = (free_port(), free_port());
    let database = workload.directory.join("dev/org.db");
    seed_database(workload, &database);
    let mut dev = Running(lobu(&workload.directory).args(["dev", "--port", &port, "--db"]).arg(&database).spawn());
    let proxy =
        Command::new("python3").arg(tools.join("delay-proxy.py")).args([&proxy_port, &port, "--rtt", "80"]).spawn();
    let _proxy = Running(proxy);
    let token = wait_for(&workload.directory.join("dev/bootstrap-pat.txt"));
    std::thread::sleep(Duration::from_millis(500));
    let against = |verb: &[&str], port: &str| {
        let mut command = lobu(&workload.directory);
        command.args(verb).args(["--url", &format!("http://127.0.0.1:{port}"), "--org", "dev", "-C"]);
        command.arg(&workload.project).env("LOBU_API_TOKEN", token.trim());
        sample(&mut command)
    };
    against(&["apply", "--yes"], &port);
    report("plan, nothing to change, 80 ms round trip: 100 agents", repeated(|| against(&["plan"], &proxy_port)));
    dev.stop();
}

/// Makes a database with the org of a generated project, empty but for the one secret to which the project refers.
fn seed_database(workload: &Workload, database: &Path) {
    let mut command = lobu(&workload.directory);
    command.args(["secrets", "push", "--yes", "--from-process", "TELEGRAM_BOT_TOKEN", "-c", "local", "--db"]);
    sample(command.arg(database).arg("-C").arg(&workload.project));
}

struct Running(std::io::Result<Child>);

impl Running {
    fn stop(&mut self) {
        if let Ok(child) = &mut self.0 {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port().to_string()
}

fn wait_for(file: &Path) -> String {
    for _ in 0..100 {
        match std::fs::read_to_string(file) {
            Ok(text) if text.ends_with('\n') => return text,
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
    }
    panic!("`lobu dev` did not start");
}

fn repeated(mut run: impl FnMut() -> Sample) -> Vec<Sample> {
    run();
    (1..RUNS).map(|_| run()).collect()
}

/// Runs a command to its end. Its peak memory only grows, so the last reading before the end is the peak but for what the very
/// last moments add.
fn sample(command: &mut Command) -> Sample {
    let start = Instant::now();
    let mut child = command.spawn().expect("lobu starts");
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kib = 0;
    loop {
        peak_kib = peak_of(&status_file).unwrap_or(0).max(peak_kib);
        match child.try_wait().expect("lobu can be waited for") {
            Some(status) => {
                assert!(status.success(), "lobu ended with {status}");
                return Sample { wall: start.elapsed(), peak_kib };
            }
            None => std::thread::sleep(Duration::from_micros(300)),
        }
    }
}

fn peak_of(status_file: &str) -> Option<u64> {
    let status = std::fs::read_to_string(status_file).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn report(name: &str, mut samples: Vec<Sample>) {
    samples.sort_by_key(|sample| sample.wall);
    let milliseconds = |at: usize| samples.get(at).map_or(0.0, |sample| sample.wall.as_secs_f64() * 1000.0);
    let peak_kib = samples.iter().map(|sample| sample.peak_kib).max().unwrap_or_default();
    let (median, most) = (milliseconds(samples.len() / 2), milliseconds(samples.len().saturating_sub(1)));
    println!("{name:<58} {median:>10.1} {:>10.1} {most:>10.1} {:>10}", milliseconds(0), peak_kib / 1024);
}
