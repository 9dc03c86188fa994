//! The one integration test binary.

#![expect(clippy::expect_used, clippy::panic, reason = "all of this crate is tests, helpers included")]

mod accounts;
mod apply_existing_server;
mod apply_references;
mod bad_input;
mod corpus;
mod counts;
mod destinations;
mod docs;
mod doctor;
mod dotenv_seeds;
mod double;
mod every_field;
mod fault_matrix;
mod generated_projects;
mod hidden_values;
mod import_table;
mod interrupt;
mod laws_embedded;
mod layout;
mod leaks;
mod local_orgs;
mod logs;
mod memory_org;
mod moved;
mod new_kind;
mod patience;
mod plan_id;
mod project_laws;
mod pull;
mod read_back;
mod real_files;
mod renamed_agent;
mod screens;
mod secrets_embedded;
mod secrets_local;
mod secrets_local_robust;
mod secrets_migration;
mod secrets_push;
mod secrets_set;
mod state_files;
mod step_summary;
mod support;
mod wire_ours;
mod wire_replay;
