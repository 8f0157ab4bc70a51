"""Commands about pilots: `donkey train`, `models`, `evaluate`, `explain`, `replay`, `sim`, ..."""
