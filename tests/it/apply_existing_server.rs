//! The binary converges an org on an existing server, whatever that server hides, rewrites or merges.

use crate::support::existing_server::Options;
use crate::support::site::Site;

const FIXTURES: [&str; 4] = ["support-desk", "everything", "first-generation", "bundle"];

fn shapes() -> [(&'static str, Options); 5] {
    [
        ("G1 without manager", Options::g1_without_manager()),
        ("G1 with manager", Options::g1_with_manager()),
        ("G2", Options::g2()),
        ("G2 with references", Options::g2().reading_references()),
        ("G2 of May", Options::g2().before_june()),
    ]
}

#[test]
fn an_example_applied_twice_leaves_nothing_to_do() {
    for (shape, options) in shapes() {
        for name in FIXTURES {
            let site = Site::fixture(options.clone(), name);
            let output = site.run(&["apply", "--yes"]);
            assert_eq!(output.code, Some(0), "{name} on {shape}: {output}");
            eprintln!("{name} on {shape}: {} writes\n{output}", site.server.writes().len());
            for value in site.values.values() {
                assert!(!output.everything().contains(value.as_str()), "{name} on {shape}: {output}");
            }
            assert_eq!(site.apply(&[]).len(), 0, "{name} on {shape}");
            site.expect_nothing_to_apply();
        }
    }
}
