//! The plan's rules, each ended by carrying out what was planned and planning again: nothing may be left to do.

mod agents;
mod build;
mod destination;
mod field_table;
mod hidden;
mod identity;
mod mcp;
mod memory;
mod names_only;
mod order;
mod places;
mod platforms;
mod properties;
mod scope;
mod secret_table;
mod settings;
mod store;
mod strategies;
mod watchers;
mod widening;
