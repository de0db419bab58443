// The C++ half of the reference compile: templates of the standard library, instantiated for a few types.
// Never change this file: all reference seconds ever recorded depend on it.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

template <int N, typename T>
struct Table {
    std::map<std::string, std::vector<T>> rows;
    std::unordered_map<T, std::shared_ptr<Table>> below;
    std::function<T(const T &)> shape;

    T gather(const std::string &name) {
        auto &row = rows[name];
        std::stable_sort(row.begin(), row.end(), [](const T &a, const T &b) { return b < a; });
        row.erase(std::unique(row.begin(), row.end()), row.end());
        std::transform(row.begin(), row.end(), row.begin(), shape);
        T total = std::accumulate(row.begin(), row.end(), T{});
        for (auto &[key, table] : below)
            if (table && N > 0) total += table->gather(name + std::to_string(N));
        return total;
    }
};

template struct Table<1, int>;
template struct Table<2, long>;
template struct Table<3, double>;
template struct Table<4, unsigned>;
template struct Table<5, std::string>;
