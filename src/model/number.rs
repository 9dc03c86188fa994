use std::fmt;

/// A number as the server keeps it: a double, with whole numbers told apart so that `1` and `1.0` are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Repr);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Repr {
    Whole(i64),
    /// The bits of a finite double that is not a whole number in the safe range.
    Double(u64),
}

/// A whole number that a double cannot hold exactly, or a value that JSON cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("integers must be between -9007199254740991 and 9007199254740991")]
pub struct UnsafeNumber;

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        Self(Repr::Whole(i64::from(number)))
    }
}

impl Number {
    /// The largest whole number that a double holds exactly with its neighbors.
    pub const MAX_SAFE: i64 = 9_007_199_254_740_991;

    /// Takes a whole number of the safe range.
    pub fn from_i64(number: i64) -> Result<Self, UnsafeNumber> {
        if number.unsigned_abs() <= Self::MAX_SAFE.unsigned_abs() {
            Ok(Self(Repr::Whole(number)))
        } else {
            Err(UnsafeNumber)
        }
    }

    /// Takes a finite double; a whole one of the safe range becomes a whole number.
    pub fn from_f64(number: f64) -> Result<Self, UnsafeNumber> {
        #[expect(clippy::cast_precision_loss, reason = "the bound is exactly representable")]
        let bound = Self::MAX_SAFE as f64;
        if !number.is_finite() {
            return Err(UnsafeNumber);
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
        if number.fract() == 0.0 && number.abs() <= bound {
            return Ok(Self(Repr::Whole(number as i64)));
        }
        Ok(Self(Repr::Double(number.to_bits())))
    }

    /// The number if it is whole and in the safe range.
    pub fn as_i64(self) -> Option<i64> {
        match self.0 {
            Repr::Whole(number) => Some(number),
            Repr::Double(_) => None,
        }
    }

    /// The number as a double.
    pub fn as_f64(self) -> f64 {
        match self.0 {
            #[expect(clippy::cast_precision_loss, reason = "whole numbers are kept in the safe range")]
            Repr::Whole(number) => number as f64,
            Repr::Double(bits) => f64::from_bits(bits),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Whole(number) => write!(formatter, "{number}"),
            Repr::Double(bits) => write!(formatter, "{}", f64::from_bits(bits)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_doubles_equal_integers() {
        assert_eq!(Number::from_f64(1.0), Number::from_i64(1));
        assert_eq!(Number::from_f64(-0.0), Number::from_i64(0));
        assert_ne!(Number::from_f64(1.5), Number::from_i64(1));
    }

    #[test]
    fn numbers_that_the_server_would_change_are_refused() {
        assert!(Number::from_i64(Number::MAX_SAFE).is_ok());
        assert!(Number::from_i64(Number::MAX_SAFE + 1).is_err());
        assert!(Number::from_i64(i64::MIN).is_err());
        assert!(Number::from_f64(f64::NAN).is_err());
        assert!(Number::from_f64(1e300).is_ok());
    }
}
