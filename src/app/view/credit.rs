//! State of view 1.

/// What view 1 shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditVariant {
    /// Bars of credit, acts, who talked to whom.
    Bars,
    /// Own rewards, whose may be credited, and what each act did to whom.
    CostsByAct,
    /// The same, and what each agent did to whom.
    CostsByAgent,
}

impl CreditVariant {
    /// The one after it, the first after the last.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            CreditVariant::Bars => CreditVariant::CostsByAct,
            CreditVariant::CostsByAct => CreditVariant::CostsByAgent,
            CreditVariant::CostsByAgent => CreditVariant::Bars,
        }
    }

    /// One word for a footer: what the key for variants shows next.
    pub fn hint(self) -> &'static str {
        match self {
            CreditVariant::Bars => "credit",
            CreditVariant::CostsByAct => "who cost whom",
            CreditVariant::CostsByAgent => "by agent",
        }
    }
}
