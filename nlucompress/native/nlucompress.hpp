// nlucompress.hpp: the reader of nlucompress.h for C++11 and later, with memory that frees itself.
//
//     nlu::Model model(bytes);                        // std::string or std::vector<char> of the file
//     for (const nlu::Answer &each : model.predict("turn the heating up", 2))
//         std::cout << each.label << ' ' << each.score << '\n';
//
// Errors are nlu::Error. A Model is not written once it is made: threads may share it.

#ifndef NLUCOMPRESS_HPP
#define NLUCOMPRESS_HPP

#include "nlucompress.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace nlu {

class Error : public std::runtime_error {
public:
    explicit Error(int number) : std::runtime_error(nlu_error_text(number)), code(number) {}
    int code;
};

struct Answer {
    std::string label;
    double score;
};

class Model {
public:
    template <class Bytes>
    explicit Model(const Bytes &bytes) : file_(bytes.begin(), bytes.end()), model_(new nlu_model)
    {
        check(nlu_open(model_.get(), reinterpret_cast<const uint8_t *>(file_.data()), file_.size(), 0));
        if (!model_->classifies) throw Error(model_->tags ? NLU_ERROR_TAGGER : NLU_ERROR_NO_CLASSIFIER);
    }

    std::size_t labels() const { return nlu_label_count(model_.get()); }

    std::string label(std::size_t number) const
    {
        return written([&](uint8_t *to, std::size_t room, std::size_t *length) {
            return nlu_label(model_.get(), number, to, room, length);
        });
    }

    // Scores before the link, one per label.
    std::vector<double> scores(const std::string &text) const
    {
        std::vector<double> result(labels());
        std::vector<std::max_align_t> scratch(
            nlu_scratch_size(model_.get(), text.size()) / sizeof(std::max_align_t) + 1);
        check(nlu_scores(model_.get(), reinterpret_cast<const uint8_t *>(text.data()), text.size(),
                         scratch.data(), scratch.size() * sizeof(std::max_align_t), result.data()));
        return result;
    }

    // The best labels with their scores as they are shown; the answer to unknown texts first.
    std::vector<Answer> predict(const std::string &text, std::size_t top = 1) const
    {
        const std::vector<double> raw = scores(text);
        std::vector<double> shown = raw;
        nlu_link(model_.get(), shown.data());
        std::vector<std::size_t> order(raw.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return raw[a] > raw[b]; });
        std::vector<Answer> result;
        if (nlu_is_unknown(model_.get(), shown.data(), order[0])) {
            const std::string unknown =
                written([&](uint8_t *to, std::size_t room, std::size_t *length) {
                    return nlu_unknown_label(model_.get(), to, room, length);
                });
            result.push_back(Answer{unknown, shown[order[0]]});
        }
        for (std::size_t at = 0; at < order.size() && result.size() < top; at++)
            result.push_back(Answer{label(order[at]), shown[order[at]]});
        return result;
    }

private:
    static void check(int error)
    {
        if (error < 0) throw Error(error);
    }

    template <class Write> static std::string written(Write write)
    {
        std::string text(64, '\0');
        std::size_t length = 0;
        int error = write(reinterpret_cast<uint8_t *>(&text[0]), text.size(), &length);
        if (error == NLU_ERROR_BUFFER) {
            text.resize(length);
            error = write(reinterpret_cast<uint8_t *>(&text[0]), text.size(), &length);
        }
        check(error);
        text.resize(length);
        return text;
    }

    std::vector<char> file_; // its bytes stay where they are when the model is moved
    std::unique_ptr<nlu_model> model_;
};

} // namespace nlu

#endif
