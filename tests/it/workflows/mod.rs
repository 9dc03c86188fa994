//! Workflows for GitHub Actions: the templates and the action keep the rules, and their steps do what they say.

mod action;
mod comment;
mod documents;
mod github;
mod mutants;
mod open_pull;
mod rules;
mod steps;
