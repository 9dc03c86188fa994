//! Watchers end to end: on the second generation with its traps, on our server, and as mistakes that reach no server.

mod existing;
mod mistakes;
mod ours;
mod pulled;

/// A project of one agent and no model file.
const LOBU_TOML: &str = "[agents.courier]\nname = \"Courier\"\ndir = \"./agents/courier\"\n\n[memory]\norg = \"dev\"\n";

/// A watcher with every key that applies to the whole org.
const EVERY_KEY: &str = "# What is late.
type: watcher
slug: late-parcels
name: Late parcels # as people see it
description: Parcels that are late
agent: courier
schedule: \"0 6 * * 1-5\"
prompt: |
  List the parcels that are late.
  Say why, in {{language}}.
extraction_schema:
  type: object
  properties:
    parcels: {type: array, items: {type: string}}
sources:
  - {name: late, query: SELECT * FROM events WHERE kind = 'late'}
reactions_guidance: Ask before you write to a customer.
condensation_prompt: Sum up.
condensation_window_count: 4
json_template: {title: '{{parcels}}'}
keying_config: {field: parcel}
classifiers: [{path: parcels, labels: [few, many]}]
tags: [ops, eu]
device_worker_id: 0f8fad5b-d9cb-469f-a165-70867728950e
scheduler_client_id: nightly
agent_kind: claude
notification_channel: both
notification_priority: high
min_cooldown_seconds: 60
reaction_script: reactions/late.reaction.ts
";

const SCRIPT: &str = "// Tell the desk.\nexport default async () => \"done\";\n";

/// A watcher that says what it must.
fn plain(slug: &str) -> String {
    format!(
        "type: watcher\nslug: {slug}\nname: {slug}\nschedule: \"@daily\"\nprompt: Look.\nextraction_schema: {{type: object, \
         properties: {{}}}}\n"
    )
}
