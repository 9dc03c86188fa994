//! Files as editors, operating systems and people leave them.

mod columns;
mod conflicts;
mod domains;
mod dotenv;
mod evals;
mod frontmatter;
mod harness;
mod keys;
mod line_ends;
mod marks;
mod names;
mod orgs;
mod without_alarm;
