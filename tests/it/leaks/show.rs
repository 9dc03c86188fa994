//! A project that is shown: literals of its files, and values that it refers to.

use super::evidence::Kept;
use super::sentinels::VALUE;
use super::stage::{Noise, Stage};

/// The project of the stage with the value as a literal wherever a file may have one.
fn with_literals(noise: Noise) -> Stage {
    let mut stage = Stage::new(noise);
    let literal = serde_json::to_string(VALUE).expect("a text");
    let toml = stage.env.read("lobu.toml");
    let providers = format!("providers = [{{ id = \"anthropic\", key = {literal} }}]\n");
    let toml = toml.replace("dir = \"./agents/pilot\"\n", &format!("dir = \"./agents/pilot\"\n{providers}"));
    let oauth = format!(
        "oauth = {{ auth_url = \"https://t.example/a\", token_url = \"https://t.example/t\", client_secret = {literal} }}\n"
    );
    let more = [
        format!("\n[[agents.pilot.platforms]]\ntype = \"slack\"\nconfig = {{ botToken = {literal} }}\n"),
        format!("\n[agents.pilot.skills.mcp.shell]\ncommand = \"run\"\nargs = [\"--token\", {literal}]\n"),
        format!("env = {{ API_KEY = {literal} }}\n"),
        format!("\n[agents.pilot.skills.mcp.wiki]\nurl = \"https://wiki.example/mcp\"\n{oauth}"),
        format!("headers = {{ Authorization = {literal} }}\n"),
    ];
    stage.env.write("lobu.toml", toml + &more.concat());
    stage.secrets[0].kept.push(Kept::Whole(stage.env.project().join("lobu.toml")));
    stage
}

#[test]
fn literals_of_the_files_are_shown_nowhere() {
    for noise in [Noise::Quiet, Noise::Loud] {
        let stage = with_literals(noise);
        for arguments in [&["show"][..], &["show", "--full"], &["show", "--json"], &["show", "--json", "agent/pilot"]] {
            let ended = stage.run("show", arguments, None);
            assert_eq!(ended.code, Some(0), "{}", ended.text);
            assert!(ended.text.contains("$FOO") && ended.text.contains("$EXISTING"), "{}", ended.text);
        }
    }
}
