mod refusals;
mod scene;
mod writes;
