//! Files as editors, operating systems and people leave them.

mod dotenv;
mod line_ends;
mod marks;
