//! Real projects, read in place: applied to fresh orgs, planned, and read back.

use std::path::{Path, PathBuf};

use lobu::desired::DesiredState;

use crate::support::embedded::Served;
use crate::support::existing_server::{Options, owner_token};
use crate::support::project::desired_of;
use crate::support::site::Site;
use crate::support::stored::Reader;

/// Refused: its entity slug `organization` is reserved by the server.
const REFUSED: &str = "support";

#[track_caller]
fn corpus() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let entries = std::fs::read_dir(&root).expect("../shared/corpus is here");
    let mut projects: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.join("lobu.toml").is_file()).collect();
    projects.sort();
    assert_eq!(projects.len(), 8, "{projects:?}");
    projects
}

fn name(project: &Path) -> String {
    project.file_name().expect("a directory has a name").to_string_lossy().into_owned()
}

fn shapes() -> [(&'static str, Options); 3] {
    [
        ("G1 without manager", Options::g1_without_manager()),
        ("G1 with manager", Options::g1_with_manager()),
        ("G2", Options::g2()),
    ]
}

async fn missing_on_double(site: &Site, desired: &DesiredState) -> Vec<String> {
    Reader::new(&site.server.url(), "dev", &owner_token("dev")).missing(desired).await
}

#[tokio::test]
#[ignore = "needs ../shared"]
async fn each_project_converges_an_existing_server() {
    for project in corpus().iter().filter(|project| name(project) != REFUSED) {
        for (shape, options) in shapes() {
            let site = Site::copy_of(options, project);
            let desired = desired_of(&site.env.project());
            let output = site.run(&["apply", "--yes"]);
            assert_eq!(output.code, Some(0), "{} on {shape}: {output}", name(project));
            site.expect_nothing_to_apply();
            let missing = missing_on_double(&site, &desired).await;
            assert_eq!(missing, [""; 0], "{} on {shape}", name(project));
        }
    }
}

#[tokio::test]
#[ignore = "needs ../shared"]
async fn each_project_converges_an_embedded_org() {
    for project in corpus().iter().filter(|project| name(project) != REFUSED) {
        let site = Site::copy_of(Options::g1_with_manager(), project);
        let desired = desired_of(&site.env.project());
        site.env.lobu(["apply", "--yes", "-c", "local"]).expect_code(0);
        let again = site.env.lobu(["plan", "-c", "local"]);
        again.expect_code(0);
        assert!(again.stdout.contains("Nothing to apply"), "{again}");
        let served = Served::database(&site.env.local_database()).await;
        let org = served.orgs().into_iter().find(|org| org != "dev").expect("the project's pin");
        let missing = served.reader(&org).missing(&desired).await;
        assert_eq!(missing, [""; 0], "{}", name(project));
    }
}

#[test]
#[ignore = "needs ../shared"]
fn the_project_with_a_reserved_slug_is_refused_before_any_request() {
    for project in corpus().iter().filter(|project| name(project) == REFUSED) {
        for (_, options) in shapes() {
            let site = Site::copy_of(options, project);
            for verb in [&["apply", "--yes"][..], &["plan"], &["apply", "--yes", "--prune"]] {
                let output = site.run(verb);
                output.expect_code(2);
                assert!(output.stderr.contains("organization"), "{output}");
                assert!(site.server.requests().is_empty(), "{output}");
            }
            site.env.lobu(["apply", "--yes", "-c", "local"]).expect_code(2);
            assert!(!site.env.local_database().exists());
        }
    }
}

#[test]
#[ignore = "needs ../shared"]
fn a_missing_agent_directory_is_told_by_validate_and_stops_nothing() {
    for project in corpus().iter().filter(|project| name(project) == "atlas") {
        let site = Site::copy_of(Options::g1_with_manager(), project);
        let output = site.env.lobu(["validate"]);
        output.expect_code(0);
        assert!(output.stderr.contains("agents/atlas-curator"), "{output}");
        site.run(&["plan"]).expect_code(0);
    }
}
