mod refusals;
mod test_project;
mod writes;
