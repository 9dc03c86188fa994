//! Files as editors, operating systems and people leave them.

mod dotenv;
mod frontmatter;
mod harness;
mod line_ends;
mod marks;
