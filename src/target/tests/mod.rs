mod order;
mod stored;
