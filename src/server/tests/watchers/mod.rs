//! Watchers: made, changed, archived and read, by their rules and under conditions.

mod changes;
mod conditions;
mod create;
mod reads;
mod support;
mod versions;
