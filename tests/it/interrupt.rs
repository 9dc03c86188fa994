//! A run that is interrupted ends in order, and the next one heals; what runs side by side is bounded.

use std::time::{Duration, Instant};

use crate::support::existing_server::{Fault, Options, RecordedRequest};
use crate::support::site::Site;

fn agents(count: usize) -> String {
    let agent = |at| format!("[agents.agent-{at}]\nname = \"Agent {at}\"\ndir = \"./agents\"\nguardrails = [\"g\"]\n");
    (0..count).map(agent).collect::<Vec<_>>().concat()
}

fn site(count: usize) -> Site {
    let site = Site::project(Options::g1_with_manager(), &agents(count));
    site.env.write("agents/IDENTITY.md", "One of many.\n");
    site
}

#[track_caller]
fn signal(process: u32, name: &str) {
    let status = std::process::Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
    assert!(status.expect("kill runs").success());
}

fn is_write(request: &RecordedRequest) -> bool {
    !request.is_read()
}

#[test]
fn an_interrupted_apply_waits_for_what_is_in_flight_and_reports() {
    for name in ["INT", "TERM", "HUP"] {
        let site = site(6);
        site.server.fail_every(is_write, Fault::Delay(Duration::from_millis(700)));
        let running = site.start(&["apply", "--yes", "--parallelism", "2"]);
        let started = Instant::now();
        while site.server.writes().is_empty() {
            assert!(started.elapsed() < Duration::from_secs(60), "nothing is written");
            std::thread::sleep(Duration::from_millis(5));
        }
        signal(running.id(), name);
        let output = running.wait();
        output.expect_code(130);
        let writes = site.server.writes().len();
        assert!((1..=2).contains(&writes), "{writes} writes: nothing new starts after SIG{name}\n{output}");
        // In flight means awaited: what was sent is there, and is reported as done.
        assert_eq!(site.server.state().agents.len(), writes, "{output}");
        assert!(output.everything().contains("not tried"), "{output}");
        site.server.heal();
        site.apply(&[]);
        site.expect_nothing_to_apply();
        assert_eq!(site.server.state().agents.len(), 6);
    }
}

#[test]
fn a_plan_asks_each_thing_once_and_never_more_than_sixteen_at_a_time() {
    let site = site(20);
    site.apply(&[]);
    site.server.forget_requests();
    // Every answer comes late, so that a client that asked for more at a time would be seen to.
    site.server.fail_every(|_| true, Fault::Delay(Duration::from_millis(120)));
    let output = site.run(&["plan"]);
    output.expect_code(0);
    let most = site.server.most_in_flight();
    assert!((2..=16).contains(&most), "{most} at a time");
    let mut paths: Vec<String> = site.server.requests().iter().map(|request| request.path.clone()).collect();
    let details = paths.iter().filter(|path| path.ends_with("/config")).count();
    assert_eq!(details, 20);
    assert_eq!(site.server.writes().len(), 0);
    let all = paths.len();
    paths.sort();
    paths.dedup();
    // Health, the list of agents, the probe of the secrets API; a config and the platforms of each agent. The probe of
    // the platforms is one of those asked again.
    assert!((43..=45).contains(&all), "{all}: {paths:#?}");
    assert!(all - paths.len() <= 1, "{paths:#?}");
}
