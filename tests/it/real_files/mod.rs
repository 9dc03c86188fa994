//! Files as editors, operating systems and people leave them.

mod line_ends;
