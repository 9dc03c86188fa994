//! One project for several orgs: what its targets say otherwise, where it is applied, and where a pull writes it.

mod choice;
mod merge_laws;
mod promotion;
mod pulling;
